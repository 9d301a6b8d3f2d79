import assert from 'node:assert/strict';
import { test } from 'node:test';
import { possible } from '../views/possible.js';
import { draftOf, editsOf, policyOf } from '../views/setup-draft.js';

const value = (key, held) => ({ key, value: held, level: 'account', path: key, line: null });
const at = 'channels.whatsapp';

test('a setup begins with what holds, of the account alone where accounts are named', () => {
  const root = [
    value(`${at}.mode`, 'dedicated'),
    value(`${at}.dmPolicy`, 'pairing'),
    value(`${at}.allowFrom`, []),
  ];
  assert.deepEqual(draftOf(root, 'default'), {
    prefix: at,
    mode: 'dedicated',
    policy: 'pairing',
    list: '',
    wasListed: false,
    owners: '',
    wasOwned: false,
  });
  const named = [
    value(`${at}.accounts.shop.mode`, 'personal'),
    value(`${at}.accounts.shop.dmPolicy`, 'open'),
    value(`${at}.accounts.shop.allowFrom`, ['*', '+15550100001']),
    value(`${at}.accounts.other.mode`, 'dedicated'),
  ];
  assert.deepEqual(draftOf(named, 'shop'), {
    prefix: `${at}.accounts.shop`,
    mode: 'personal',
    policy: 'open',
    list: '+15550100001',
    wasListed: true,
    owners: '',
    wasOwned: false,
  });
});

test('everybody is let in by a list that says so, and by nothing else', () => {
  const draft = {
    prefix: at,
    mode: /** @type {const} */ ('dedicated'),
    list: '+1 555 010 0001',
    wasListed: true,
    owners: '',
    wasOwned: false,
  };
  const listed = policy => editsOf({ ...draft, policy }).find(edit => edit.key === `${at}.allowFrom`)?.value;
  assert.deepEqual(listed('open'), ['*', '+15550100001']);
  for (const policy of ['pairing', 'allowlist', 'disabled'])
    assert.deepEqual(listed(policy), ['+15550100001'], policy);
});

test('an empty list is written only where it replaces one', () => {
  const draft = {
    prefix: at,
    mode: /** @type {const} */ ('personal'),
    policy: policyOf('personal'),
    list: '',
    owners: '',
    wasOwned: false,
  };
  const keys = wasListed => editsOf({ ...draft, wasListed }).map(edit => edit.key);
  assert.deepEqual(keys(false), [`${at}.mode`, `${at}.dmPolicy`]);
  assert.deepEqual(keys(true), [`${at}.mode`, `${at}.dmPolicy`, `${at}.allowFrom`]);
});

test('owners are written where somebody is named, and taken out where nobody is any more', () => {
  const held = [value(`${at}.owners`, ['+15550100001', '100000000000001@lid'])];
  const draft = draftOf(held, 'default');
  assert.equal(draft.owners, '+15550100001, 100000000000001@lid');
  const written = owners => editsOf({ ...draft, owners }).find(edit => edit.key === `${at}.owners`)?.value;
  assert.deepEqual(written('+1 555 010 0002'), ['+15550100002']);
  assert.equal(written(''), null);
  const none = editsOf({ ...draftOf([], 'default'), owners: ' ' });
  assert.ok(!none.some(edit => edit.key === `${at}.owners`));
  // An account that has them from all accounts has none of its own to lose.
  const shared = { ...value(`${at}.accounts.shop.owners`, ['+15550100001']), level: 'root' };
  assert.equal(draftOf([shared], 'shop').wasOwned, false);
});

test('each state that a person has to end offers the way out first', () => {
  const first = state => possible(state).first[0];
  assert.equal(first('unlinked'), 'setup');
  assert.equal(first('logged_out'), 'login');
  assert.equal(first('forbidden'), 'login');
  assert.equal(first('replaced'), 'resume');
  assert.equal(first('suspended'), 'resume');
  for (const state of ['degraded', 'backing_off', 'client_outdated', 'storage_failed', 'breaker_open']) {
    assert.equal(first(state), 'restart', state);
  }
  assert.equal(first('ready'), undefined);
  assert.ok(!possible('ready').others.includes('resume'));
});
