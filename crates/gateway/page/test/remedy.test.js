import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands, remedies, remedy, words } from '../views/remedy.js';

test('an edit is told by hand and as a command; the command is found', () => {
  const sentence =
    'set channels.whatsapp.dmPolicy to "pairing" (/etc/fased.json:4), or run: fased config set channels.whatsapp.dmPolicy pairing';
  assert.deepEqual(commands(sentence), ['fased config set channels.whatsapp.dmPolicy pairing']);
  assert.deepEqual(remedies(sentence)[0].request, {
    verb: 'config_set',
    edits: [{ key: 'channels.whatsapp.dmPolicy', value: 'pairing', append: false }],
  });
});

test('of several commands each is found', () => {
  const sentence =
    'run: fased pairing approve whatsapp --sender +15550100002, or raise channels.whatsapp.pairing.maxPending from 3 to 4 in /etc/fased.json, or run: fased config set channels.whatsapp.pairing.maxPending 4';
  assert.deepEqual(
    remedies(sentence).map(({ request, label }) => [request?.verb, label]),
    [
      ['pairing_approve', 'Approve +15550100002'],
      ['config_set', 'Change the config'],
    ],
  );
});

test('quoted words stay whole', () => {
  assert.deepEqual(words("fased config set 'a[\"1@g.us\"]' '{}'"), ['fased', 'config', 'set', 'a["1@g.us"]', '{}']);
  assert.equal(words("fased config set 'open"), null);
});

test('a list gets an entry more, and a group an entry of its own', () => {
  const append = remedy("fased config set 'channels.whatsapp.allowFrom[+]' +15550100002");
  assert.deepEqual(append.request, {
    verb: 'config_set',
    edits: [{ key: 'channels.whatsapp.allowFrom', value: '+15550100002', append: true }],
  });
  const group = remedy(`fased config set 'channels.whatsapp.groups["120363000000000001@g.us"]' '{}'`);
  assert.deepEqual(group.request?.edits[0].value, {});
});

test('who approves and what a group answers is asked of the right account', () => {
  assert.deepEqual(remedy('fased pairing approve whatsapp --sender 4417@lid --account work').request, {
    verb: 'pairing_approve',
    account: 'work',
    who: { sender: '4417@lid' },
    notify: false,
  });
  const sentence = 'mention the account, or run: fased groups activation 120363000000000001@g.us always --account work';
  assert.deepEqual(remedies(sentence)[0].request, {
    verb: 'groups_activation',
    account: 'work',
    group: '120363000000000001@g.us',
    activation: 'always',
  });
});

test('what is not understood to the last word is shown and not done', () => {
  for (const command of [
    'fased config set a b c',
    'fased config set channels.whatsapp.x "{ silent: true }"',
    'fased channels logout work',
    'fased pairing approve whatsapp --sender +15550100002 --notify',
    'fased pairing approve whatsapp',
    'fased groups activation 1@g.us loud',
    'rm -rf folder',
    "fased config set 'open",
  ]) {
    const found = remedy(command);
    assert.deepEqual([found.command, found.request], [command, null]);
  }
  assert.deepEqual(remedies('mention the account'), []);
  assert.deepEqual(remedies(null), []);
});
