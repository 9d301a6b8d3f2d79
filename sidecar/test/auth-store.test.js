import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyFileName } from '../src/auth-files.js';
import { AuthStore, AuthUnreadable } from '../src/auth-store.js';
import { makeAuthDir, removeDir } from './helpers/driver.js';
import { makeIdentity } from './helpers/identity.js';

/** @param {import('node:test').TestContext} t @param {Partial<import('../src/auth-store.js').StoreHooks>} [hooks] */
async function setUp(t, hooks = {}) {
  const dir = await makeAuthDir();
  t.after(() => removeDir(dir));
  /** @type {string[]} */
  const notices = [];
  /** @type {string[]} */
  const failures = [];
  const open = () =>
    new AuthStore(dir, {
      onNotice: notice => notices.push(notice),
      onWriteFailed: code => failures.push(code),
      ...hooks,
    });
  return { dir, notices, failures, open };
}

/**
 * The keys with values of any shape: the store does not look into them.
 *
 * @param {AuthStore} store
 * @returns {{ get: (type: string, ids: string[]) => Promise<any>, set: (data: object) => Promise<void> }}
 */
const keysOf = store => /** @type {any} */ (store.keys());

const never = () => assert.fail('a new identity was made');

test('credentials and keys survive, bytes and all', async t => {
  const { dir, open } = await setUp(t);
  const store = open();
  const creds = await store.load(makeIdentity);
  await store.saveCreds();
  const session = { _sessions: { a: { registrationId: 7 } }, version: 'v1' };
  const senderKey = Buffer.from([1, 2, 3]);
  await keysOf(store).set({
    session: { '15550100002.0': session },
    'sender-key': { 'g@g.us::1::0': senderKey },
    'pre-key': { 1: null },
  });

  const again = open();
  assert.deepEqual(await again.load(never), creds);
  assert.deepEqual(await keysOf(again).get('session', ['15550100002.0', 'absent']), {
    '15550100002.0': session,
  });
  assert.deepEqual((await keysOf(again).get('sender-key', ['g@g.us::1::0']))['g@g.us::1::0'], senderKey);
  for (const name of await readdir(dir))
    assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600, name);
});

test('no two keys share a file, and every name is plain', () => {
  const ids = [
    'a/b',
    'a__b',
    'a:b',
    'a-b',
    'a%2fb',
    '..',
    '.',
    '',
    'A',
    'a',
    'é',
    'e\u0301',
    'x'.repeat(181),
    'x'.repeat(182),
    'a\u0000',
    '+/=',
  ];
  const names = ids.flatMap(id => [keyFileName('session', id), keyFileName('sender-key', id)]);
  assert.equal(new Set(names.map(name => name.toLowerCase())).size, names.length);
  for (const name of names) assert.match(name, /^[a-z-]+\.[=%a-z0-9_-]*\.json$/);
  for (const name of names) assert(name.length < 240);
});

test('what is read cannot be changed from outside', async t => {
  const { open } = await setUp(t);
  const keys = keysOf(open());
  await keys.set({ 'device-list': { 15550100002: ['0'] } });
  const { 15550100002: list } = await keys.get('device-list', ['15550100002']);
  list.push('1');
  assert.deepEqual(await keys.get('device-list', ['15550100002']), { 15550100002: ['0'] });
});

test('writing the same again touches nothing; a removed key is gone', async t => {
  const { dir, open } = await setUp(t);
  const keys = keysOf(open());
  await keys.set({ session: { p: { n: 1 } } });
  const file = join(dir, keyFileName('session', 'p'));
  const before = await stat(file);
  await keys.set({ session: { p: { n: 1 } } });
  assert.equal((await stat(file)).ino, before.ino);
  await keys.set({ session: { p: null } });
  assert.deepEqual(await keys.get('session', ['p']), {});
  await assert.rejects(readFile(file), { code: 'ENOENT' });
});

test('writes of one key keep their order', async t => {
  const { open } = await setUp(t);
  const keys = keysOf(open());
  await Promise.all(Array.from({ length: 50 }, (_, n) => keys.set({ session: { p: { n } } })));
  assert.deepEqual(await keysOf(open()).get('session', ['p']), { p: { n: 49 } });
});

test('more keys than the cache holds are still read right', async t => {
  const { open } = await setUp(t);
  const keys = keysOf(open());
  const entries = Object.fromEntries(Array.from({ length: 2_100 }, (_, n) => [String(n), { n }]));
  await keys.set({ session: entries });
  const ids = Object.keys(entries);
  assert.deepEqual(await keys.get('session', ids), entries);
});

for (const [name, damage] of /** @type {[string, (file: string) => Promise<void>][]} */ ([
  ['empty', file => writeFile(file, '')],
  ['cut short', async file => writeFile(file, (await readFile(file, 'utf8')).slice(0, 100))],
  ['something else', file => writeFile(file, '{}')],
  ['null', file => writeFile(file, 'null')],
])) {
  test(`A12: creds.json ${name}: the last good copy is used, and it is said`, async t => {
    const { dir, notices, open } = await setUp(t);
    const store = open();
    const creds = await store.load(makeIdentity);
    await store.saveCreds();
    await damage(join(dir, 'creds.json'));
    assert.deepEqual(await open().load(never), creds);
    assert.match(notices.join(), /creds_restored/);
    assert.deepEqual(await open().load(never), creds);
    assert.equal(notices.length, 1, 'repaired for good');
  });
}

test('A12: neither copy can be read: refused, and not a byte is touched', async t => {
  const { dir, open } = await setUp(t);
  await writeFile(join(dir, 'creds.json'), '{"half":');
  await writeFile(join(dir, 'creds.last-good.json'), '');
  await writeFile(join(dir, '.tmp-1-1'), 'x');
  await assert.rejects(open().load(never), AuthUnreadable);
  assert.equal(await readFile(join(dir, 'creds.json'), 'utf8'), '{"half":');
  assert.deepEqual((await readdir(dir)).sort(), ['.tmp-1-1', 'creds.json', 'creds.last-good.json']);
});

test('A12: keys without credentials, or a folder instead of a file, are refused too', async t => {
  const { dir, open } = await setUp(t);
  await keysOf(open()).set({ session: { p: { n: 1 } } });
  await assert.rejects(open().load(never), AuthUnreadable);
  await mkdir(join(dir, 'creds.json'));
  await assert.rejects(open().load(never), AuthUnreadable);
});

test('A12: a damaged session is set aside with its bytes, and absent', async t => {
  const { dir, notices, open } = await setUp(t);
  const name = keyFileName('session', 'p');
  await writeFile(join(dir, name), '{"_ses');
  const keys = keysOf(open());
  assert.deepEqual(await keys.get('session', ['p']), {});
  assert.equal(await readFile(join(dir, `${name}.damaged`), 'utf8'), '{"_ses');
  assert.match(notices.join(), /session/);
  await keys.set({ session: { p: { n: 2 } } });
  assert.deepEqual(await keysOf(open()).get('session', ['p']), { p: { n: 2 } });
});

test('A11: a write that fails is reported once, before it rejects, and nothing is written after it', async t => {
  const { dir, failures, open } = await setUp(t);
  const store = open();
  const creds = await store.load(makeIdentity);
  await store.saveCreds();
  const before = await readFile(join(dir, 'creds.json'), 'utf8');
  await removeDir(dir);
  await writeFile(dir, 'now a file');
  creds.nextPreKeyId = 99;
  await assert.rejects(store.saveCreds());
  await assert.rejects(keysOf(store).set({ session: { p: { n: 1 } } }));
  assert.equal(failures.length, 1);
  await removeDir(dir);
  await mkdir(dir);
  await writeFile(join(dir, 'creds.json'), before);
  await assert.rejects(keysOf(store).set({ session: { p: { n: 1 } } }));
  await store.saveCreds();
  assert.deepEqual(await readdir(dir), ['creds.json']);
});

test('A11: an unwritable folder loses nothing that was there', {
  skip: process.getuid?.() === 0 && 'root writes anywhere',
}, async t => {
  const { dir, failures, open } = await setUp(t);
  const store = open();
  const creds = await store.load(makeIdentity);
  await store.saveCreds();
  await chmod(dir, 0o500);
  t.after(() => chmod(dir, 0o700));
  creds.nextPreKeyId = 99;
  await assert.rejects(store.saveCreds());
  assert.match(failures.join(), /EACCES/);
  assert.equal(failures.length, 1);
  assert.equal((await open().load(never)).nextPreKeyId, 1);
});

test('what a kill left half-written is swept away, the gateway’s lock is not', async t => {
  const { dir, open } = await setUp(t);
  await writeFile(join(dir, '.tmp-1-1'), 'x');
  await writeFile(join(dir, '.lock'), '');
  await open().load(makeIdentity);
  assert.deepEqual(await readdir(dir), ['.lock']);
});

test('after stop nothing is written', async t => {
  const { dir, open } = await setUp(t);
  const store = open();
  await store.load(makeIdentity);
  store.stop();
  await store.saveCreds();
  await assert.rejects(keysOf(store).set({ session: { p: { n: 1 } } }));
  assert.deepEqual(await readdir(dir), []);
});
