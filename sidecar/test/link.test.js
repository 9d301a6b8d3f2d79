import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { OWNER, startFake } from './helpers/account.js';

test('a scanned QR links: scanned, credentials on disk, 515, and the next process opens', async t => {
  const world = await startFake(t);
  const login = world.spawn({ login: 'qr' });
  assert.equal((await login.waitFor(frame => frame.kind === 'ready')).linked, false);
  const { link } = await login.link('qr');
  assert.equal(link.expires_ms, 60_000);
  await world.api.post('/scan', { phone: OWNER, qr: link.payload });
  await login.link('scanned');
  const creds = JSON.parse(await readFile(join(world.authDir, 'creds.json'), 'utf8'));
  assert.equal(creds.me.id, '15550100001:1@s.whatsapp.net');
  const closed = await login.closed();
  assert.deepEqual([closed.reason, closed.status], ['restart_required', 515]);
  assert.equal(login.frames.at(-1).kind, 'closed');
  assert.deepEqual(await login.exited, { code: 0, signal: null });

  const sidecar = world.spawn();
  assert.equal((await sidecar.waitFor(frame => frame.kind === 'ready')).linked, true);
  const { link: opened } = await sidecar.link('opened');
  assert.equal(opened.jid, '15550100001:1@s.whatsapp.net');
  assert.equal(opened.lid, '100200300400500:1@lid');
  await sidecar.stop();
  for (const name of await readdir(world.authDir)) {
    assert.equal((await stat(join(world.authDir, name))).mode & 0o777, 0o600, name);
  }
  assert.deepEqual((await world.api.get('/state')).violations, []);
});

/** Lets every file wait, its credentials too, from SIGUSR2 until the process is told to end. */
const HOLDS_FILES = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { open } = fs.promises;
  let held;
  process.on('SIGUSR2', () => {
    held = new Promise(resolve => process.stdin.once('end', () => setImmediate(resolve)));
    process.stderr.write('holding\\n');
  });
  fs.promises.open = async (...file) => {
    await held;
    return open(...file);
  };
  syncBuiltinESMExports();
`;

test('a login that is ended just when a phone takes its code says that it was taken', async t => {
  const world = await startFake(t);
  const preload = `data:text/javascript,${encodeURIComponent(HOLDS_FILES)}`;
  const login = world.spawn({ login: 'qr', nodeFlags: ['--import', preload] });
  const { link } = await login.link('qr');
  login.child.kill('SIGUSR2');
  while (!login.stderr.includes('holding')) await once(login.child.stderr, 'data');
  await world.api.post('/scan', { phone: OWNER, qr: link.payload });
  // The server has the answer by then, and the process is still about to write its credentials.
  await world.api.wait('linked', { account: OWNER });
  const isScanned = (/** @type {any} */ { kind, link }) => kind === 'link' && link.type === 'scanned';
  assert.ok(!login.frames.some(isScanned), 'it was not told before');
  await login.stop();
  assert.deepEqual([isScanned(login.frames.at(-2)), login.frames.at(-1).kind], [true, 'closed']);
  assert.equal(login.frames.filter(isScanned).length, 1);

  const next = world.spawn();
  assert.equal((await next.waitFor(frame => frame.kind === 'ready')).linked, true);
  await next.link('opened');
  await next.stop();
});

test('a QR the server no longer accepts is followed by a fresh one in the next process', async t => {
  const world = await startFake(t);
  await world.api.post('/fault', { kind: 'qr_refs', count: 1, ttl_ms: 1 });
  const first = world.spawn({ login: 'qr' });
  const { link: stale } = await first.link('qr');
  await assert.rejects(world.api.post('/scan', { phone: OWNER, qr: stale.payload }), /expired|qr/i);
  await first.stop();

  await world.api.post('/fault', { kind: 'qr_refs', count: 6 });
  const second = world.spawn({ login: 'qr' });
  const { link: fresh } = await second.link('qr');
  assert.notEqual(fresh.payload, stale.payload);
  await world.api.post('/scan', { phone: OWNER, qr: fresh.payload });
  assert.equal((await second.closed()).reason, 'restart_required');
});

test('when no QR is left the login has expired', async t => {
  const world = await startFake(t);
  // None at all: with one, the library would show it for 60 s first.
  await world.api.post('/fault', { kind: 'qr_refs', count: 0 });
  const closed = await world.spawn({ login: 'qr' }).closed();
  assert.deepEqual([closed.reason, closed.status], ['login_expired', 408]);
});

test('without credentials and without a login it says so and leaves', async t => {
  const world = await startFake(t);
  const sidecar = world.spawn();
  assert.equal((await sidecar.waitFor(frame => frame.kind === 'ready')).linked, false);
  assert.equal((await sidecar.closed()).reason, 'not_linked');
  await sidecar.exited;
  assert.deepEqual(await readdir(world.authDir), []);
  assert.deepEqual(await world.api.records('connection_open'), []);
});

test('unreadable credentials end it, untouched, even when a login was asked for', async t => {
  const world = await startFake(t);
  await writeFile(join(world.authDir, 'creds.json'), '{"noiseKey":');
  const sidecar = world.spawn({ login: 'qr' });
  const closed = await sidecar.closed();
  assert.equal(closed.reason, 'auth_unreadable');
  assert.match(closed.text, /creds\.json/);
  await sidecar.exited;
  assert.deepEqual(await readdir(world.authDir), ['creds.json']);
  assert.deepEqual(await world.api.records('connection_open'), []);
});

test('another protocol version, or another host, is refused before anything is opened', async t => {
  const world = await startFake(t);
  const old = world.spawn({ protocol: 999 });
  assert.equal((await old.closed()).reason, 'protocol_mismatch');
  assert.match((await old.closed()).text, /gateway speaks 999, sidecar speaks 5/);
  const astray = world.spawn({ login: 'qr', env: { FASED_WHATSAPP_URL: 'ws://192.0.2.1/ws' } });
  const refused = await astray.closed();
  assert.equal(refused.reason, 'untrusted');
  assert.match(refused.text, /loopback/);
  await Promise.all([old.exited, astray.exited]);
  assert.deepEqual(await world.api.records('connection_open'), []);
});
