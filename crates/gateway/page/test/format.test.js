import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addressed,
  countdown,
  counted,
  nextStep,
  plain,
  relative,
  sectionFor,
  span,
  tone,
  who,
} from '../format.js';

const NOW = 1_800_000_000_000;

test('a span is told in its largest whole unit', () => {
  assert.equal(span(0), '0 seconds');
  assert.equal(span(1000), '1 second');
  assert.equal(span(59_999), '59 seconds');
  assert.equal(span(60_000), '1 minute');
  assert.equal(span(3_599_999), '59 minutes');
  assert.equal(span(90_000_000), '1 day');
  assert.equal(span(-5), '0 seconds');
});

test('a moment is told from now, before and after', () => {
  assert.equal(relative(NOW, NOW), 'just now');
  assert.equal(relative(NOW + 1000, NOW), 'just now', 'clocks are never quite equal');
  assert.equal(relative(NOW - 5000, NOW), '5 seconds ago');
  assert.equal(relative(NOW - 7_200_000, NOW), '2 hours ago');
  assert.equal(relative(NOW + 120_000, NOW), 'in 2 minutes');
});

test('a countdown reaches zero and stays there', () => {
  assert.equal(countdown(NOW + 65_000, NOW), '1:05');
  assert.equal(countdown(NOW + 1, NOW), '0:01');
  assert.equal(countdown(NOW, NOW), '0:00');
  assert.equal(countdown(NOW - 9000, NOW), '0:00');
});

test('numbers come with their word', () => {
  assert.equal(counted(1, 'person', 'people'), '1 person');
  assert.equal(counted(1200, 'person', 'people'), '1,200 people');
  assert.equal(plain('backing_off'), 'backing off');
});

test('a next step is taken apart into words and the command to copy', () => {
  for (const [next, words, command] of /** @type {[string, string, string | undefined][]} */ ([
    ['fased channels resume', '', 'fased channels resume'],
    ['see why: fased status', 'see why:', 'fased status'],
    ['nothing to do', 'nothing to do', undefined],
    ['it is as unfased as before', 'it is as unfased as before', undefined],
    ['check the network, then: fased gateway restart.', 'check the network, then:', 'fased gateway restart'],
    [
      'change it: fased config set channels.whatsapp.accounts.a.KEY VALUE',
      'change it:',
      'fased config set channels.whatsapp.accounts.a.KEY VALUE',
    ],
  ])) {
    assert.deepEqual(nextStep(next), { words, command }, next);
  }
});

test('a command leads to the section that does the same', () => {
  assert.equal(sectionFor('fased pairing list'), 'people');
  assert.equal(sectionFor('see them: fased tasks list --account shop'), 'tasks');
  assert.equal(sectionFor('fased channels login --account shop'), 'link');
  assert.equal(sectionFor('fased doctor'), undefined);
});

test('a person is shown by number; hidden ids and groups stay as they are', () => {
  assert.equal(who('15550100001@s.whatsapp.net'), '+15550100001');
  assert.equal(who('15550100001:3@s.whatsapp.net'), '+15550100001');
  assert.equal(who('15550100001@lid'), '15550100001@lid');
  assert.equal(who('120363000000000001@g.us'), '120363000000000001@g.us');
});

test('what nobody knows is taken for bad rather than good', () => {
  assert.equal(tone('ready'), 'good');
  assert.equal(tone('suspended'), 'rest');
  assert.equal(tone('replaced'), 'bad');
  assert.equal(tone('a_state_of_tomorrow'), 'bad');
});

test('a command names the state dir and the config where they are not the usual ones', () => {
  const at = (/** @type {string} */ folder, config = `${folder}/fased.json`) =>
    addressed('fased pairing list', { state_dir: folder, config });
  for (const usual of ['/home/ada/.fased', '/Users/ada/.fased', '/data']) {
    assert.equal(at(usual), 'fased pairing list');
  }
  assert.equal(at('/srv/fased'), 'fased --state-dir /srv/fased pairing list');
  assert.equal(at('/home/ada/play ground'), "fased --state-dir '/home/ada/play ground' pairing list");
  assert.equal(at("/srv/ada's"), "fased --state-dir '/srv/ada'\\''s' pairing list");
  assert.equal(at('/data', '/etc/fased.json'), 'fased --config /etc/fased.json pairing list');
  assert.equal(addressed('fased doctor', undefined), 'fased doctor');
  const container = 'docker compose exec fased fased dashboard';
  assert.equal(addressed(container, { state_dir: '/srv/fased', config: '/srv/fased/fased.json' }), container);
});
