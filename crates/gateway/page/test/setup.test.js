import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountKey } from '../views/account-key.js';
import { possible } from '../views/possible.js';
import { draftOf, editsOf } from '../views/setup-draft.js';

const value = (key, held) => ({ key, value: held, level: 'account', path: key, line: null });
const at = 'channels.whatsapp';

test('a setup begins with what holds, of the account alone where accounts are named', () => {
  const root = [
    value(`${at}.mode`, 'dedicated'),
    value(`${at}.dmPolicy`, 'pairing'),
    value(`${at}.allowFrom`, []),
  ];
  assert.deepEqual(draftOf(root, 'default'), {
    mode: 'dedicated',
    policy: 'pairing',
    list: '',
    listed: [],
    owners: '',
    owned: [],
  });
  const named = [
    value(`${at}.accounts.shop.mode`, 'personal'),
    value(`${at}.accounts.shop.dmPolicy`, 'open'),
    value(`${at}.accounts.shop.allowFrom`, ['*', '+1 555 010 0001']),
    value(`${at}.accounts.other.mode`, 'dedicated'),
  ];
  assert.deepEqual(draftOf(named, 'shop'), {
    mode: 'personal',
    policy: 'open',
    list: '+1 555 010 0001',
    listed: ['+15550100001'],
    owners: '',
    owned: [],
  });
});

test('an account that is named is read and written below its own key, however that is spelled', () => {
  const spellings = [
    ['7', `${at}.accounts["7"]`],
    ['2nd-shop', `${at}.accounts["2nd-shop"]`],
    ['my-work', `${at}.accounts.my-work`],
    ['default', `${at}.accounts.default`],
  ];
  for (const [account, key] of spellings) {
    const values = [
      value(`${at}.accounts.other.mode`, 'dedicated'),
      value(`${key}.mode`, 'personal'),
      value(`${key}.allowFrom`, ['+15550100001']),
    ];
    const draft = draftOf(values, account);
    assert.equal(draft.mode, 'personal', account);
    const edits = editsOf({ ...draft, list: '+15550100002' }, values, account);
    assert.deepEqual(
      edits.map(edit => edit.key),
      [`${key}.mode`, `${key}.dmPolicy`, `${key}.allowFrom`, `${key}.allowFrom`],
    );
    assert.equal(
      accountKey([value(`${at}.accounts.other.mode`, 'dedicated')], account),
      key,
      'not there yet',
    );
    assert.equal(accountKey([value(`${at}.accounts["9"].mode`, 'dedicated')], account), key, 'not there yet');
  }
  const dotted = [value(`${at}.accounts.7.mode`, 'personal')];
  assert.equal(accountKey(dotted, '7'), `${at}.accounts.7`);
  const nothingNamed = [value(`${at}.mode`, 'dedicated')];
  assert.equal(accountKey(nothingNamed, 'default'), at);
  assert.equal(accountKey(nothingNamed, '7'), `${at}.accounts["7"]`);
});

const list = `${at}.allowFrom`;
/** What is done with the list. */
const changes = (draft, held, account = 'default') =>
  editsOf(
    { mode: 'dedicated', policy: 'pairing', list: '', listed: [], owners: '', owned: [], ...draft },
    held,
    account,
  )
    .filter(edit => edit.key.endsWith('.allowFrom'))
    .map(({ key, value: entries, append, remove }) => [key, append ? '+' : remove ? '-' : '=', entries]);

test('everybody is let in by a list that says so, and by nothing else', () => {
  const one = { list: '+1 555 010 0001', listed: ['+15550100001'] };
  const held = [value(list, ['+15550100001'])];
  const open = [value(list, ['*', '+15550100001'])];
  assert.deepEqual(changes({ ...one, policy: 'open' }, held), [[list, '+', ['*']]]);
  assert.deepEqual(changes({ ...one, policy: 'open' }, open), []);
  for (const policy of ['pairing', 'allowlist', 'disabled']) {
    assert.deepEqual(changes({ ...one, policy }, held), [], policy);
    assert.deepEqual(changes({ ...one, policy }, open), [[list, '-', ['*']]], policy);
  }
});

test('who was added or taken out by others while the setup was open stays so', () => {
  const draft = { list: '+15550100001\n+15550100003', listed: ['+15550100001', '+15550100002'] };
  const held = [value(list, ['+15550100001', '+1 555 010 0002', '+15550100009'])];
  assert.deepEqual(changes(draft, held), [
    [list, '+', ['+15550100003']],
    [list, '-', ['+1 555 010 0002']],
  ]);
  assert.deepEqual(changes(draft, [value(list, ['+15550100009'])]), [[list, '+', ['+15550100003']]]);
  assert.deepEqual(changes({}, [value(list, ['+15550100009'])]), [], 'nothing was typed');
});

test('a list that an account has from the root is kept where it gets one of its own', () => {
  const own = `${at}.accounts["7"].allowFrom`;
  const inherited = [{ ...value(own, ['+15550100001', '+15550100009']), level: 'root', path: list }];
  const listed = ['+15550100001'];
  assert.deepEqual(changes({ list: '+15550100001', listed }, inherited, '7'), [], 'nothing changed');
  assert.deepEqual(changes({ list: '+15550100001\n+15550100002', listed }, inherited, '7'), [
    [own, '+', ['+15550100001', '+15550100009', '+15550100002']],
  ]);
  assert.deepEqual(changes({ listed }, inherited, '7'), [[own, '+', ['+15550100009']]]);
  const alone = [{ ...value(own, ['+15550100001']), level: 'root', path: list }];
  assert.deepEqual(changes({ listed }, alone, '7'), [[own, '+', []]], 'an empty list of its own');
});

test('owners are written where they were changed, and taken out where nobody is any more', () => {
  const held = [value(`${at}.owners`, ['+1 555 010 0001', '100000000000001@lid'])];
  const draft = draftOf(held, 'default');
  assert.equal(draft.owners, '+1 555 010 0001, 100000000000001@lid');
  const written = (owners, now = held) =>
    editsOf({ ...draft, owners }, now, 'default').find(edit => edit.key === `${at}.owners`)?.value;
  assert.deepEqual(written('+1 555 010 0002'), ['+15550100002']);
  assert.equal(written(''), null);
  assert.equal(
    written(draft.owners, [value(`${at}.owners`, ['+15550100009'])]),
    undefined,
    'by others alone',
  );
  const none = editsOf({ ...draftOf([], 'default'), owners: ' ' }, [], 'default');
  assert.ok(!none.some(edit => edit.key === `${at}.owners`));
  // An account that has them from all accounts has none of its own to lose.
  const key = `${at}.accounts.shop.owners`;
  const shared = [{ ...value(key, ['+15550100001']), level: 'root', path: `${at}.owners` }];
  assert.ok(
    !editsOf({ ...draftOf(shared, 'shop'), owners: '' }, shared, 'shop').some(edit => edit.key === key),
  );
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
