import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remedies, remedy } from '../views/remedy.js';

const GROUP = '120363000000000001@g.us';

test('an edit is told by hand and as a command; the command is found', () => {
  const path = 'channels.whatsapp.dmPolicy';
  const [found] = remedies(
    `set ${path} to "pairing" (/etc/fased.json:4), or run: fased config set ${path} pairing`,
  );
  assert.equal(found.command, `fased config set ${path} pairing`);
  assert.deepEqual(found.request, {
    verb: 'config_set',
    edits: [{ key: path, value: 'pairing', append: false }],
  });
});

test('of several commands each is found', () => {
  const key = 'channels.whatsapp.pairing.maxPending';
  const sentence = `run: fased pairing approve whatsapp --sender +15550100002, or raise ${key} from 3 to 4 in /etc/fased.json, or run: fased config set ${key} 4`;
  assert.deepEqual(
    remedies(sentence).map(({ request, label }) => [request?.verb, label]),
    [
      ['pairing_approve', 'Approve +15550100002'],
      ['config_set', 'Change the config'],
    ],
  );
});

test('a list gets an entry more, and a group an entry of its own', () => {
  const edit = (/** @type {string} */ command) => remedy(command).request.edits[0];
  assert.deepEqual(edit("fased config set 'channels.whatsapp.allowFrom[+]' +15550100002"), {
    key: 'channels.whatsapp.allowFrom',
    value: '+15550100002',
    append: true,
  });
  assert.deepEqual(edit(`fased config set 'channels.whatsapp.groups["${GROUP}"]' '{}'`), {
    key: `channels.whatsapp.groups["${GROUP}"]`,
    value: {},
    append: false,
  });
  assert.equal(edit('fased config set channels.whatsapp.selfChatMode true').value, true);
  assert.equal(edit('fased config set channels.whatsapp.catchUp.maxAgeMinutes 721').value, 721);
});

test('who approves and what a group answers is asked of the right account', () => {
  assert.deepEqual(remedy('fased pairing approve whatsapp --sender 4417@lid --account work').request, {
    verb: 'pairing_approve',
    account: 'work',
    who: { sender: '4417@lid' },
    notify: false,
  });
  const [always] = remedies(`mention the account, or run: fased groups activation ${GROUP} always`);
  assert.deepEqual(always.request, {
    verb: 'groups_activation',
    account: 'default',
    group: GROUP,
    activation: 'always',
  });
});

test('what is not understood to the last word is shown and not done', () => {
  for (const command of [
    'fased config set a b c',
    'fased config set channels.whatsapp.x "{ silent: true }"',
    'fased config set channels.whatsapp.x; true',
    'fased channels logout work',
    'fased pairing approve whatsapp --sender +15550100002 --notify',
    'fased pairing approve whatsapp',
    `fased groups activation ${GROUP} loud`,
    'rm -rf folder',
    "fased config set 'open",
  ]) {
    assert.deepEqual(remedy(command), { command });
  }
  assert.deepEqual(remedies('mention the account'), []);
  assert.deepEqual(remedies(null), []);
});
