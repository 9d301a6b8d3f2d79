// Every way a link can end, by the server's doing or ours: the frame says which, comes last, and
// the process leaves by itself.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OWNER, startFake } from './helpers/account.js';

const world = await startFake({ after });
await world.link();

/** @type {[string, object, string, number | null][]} */
const FAULTS = [
  ['dropped connection', { kind: 'drop' }, 'lost', 428],
  ['replaced', { kind: 'stream_error', code: 440 }, 'replaced', 440],
  ['unavailable', { kind: 'stream_error', code: 503 }, 'unavailable', 503],
  ['restart', { kind: 'stream_error', code: 515 }, 'restart_required', 515],
  ['unknown stream error', { kind: 'stream_error', code: 500 }, 'bad_session', 500],
];

for (const [name, fault, reason, status] of FAULTS) {
  test(`${name}: ${reason}`, async t => {
    const sidecar = await world.openFor(t);
    const at = performance.now();
    await world.api.post('/fault', { account: OWNER, ...fault });
    const closed = await sidecar.closed();
    assert.deepEqual([closed.reason, closed.status], [reason, status]);
    assert.deepEqual(await sidecar.exited, { code: 0, signal: null });
    assert.equal(sidecar.frames.at(-1).kind, 'closed');
    assert(performance.now() - at < 5_000);
  });
}

/** @type {[number, string][]} */
const REFUSALS = [
  [402, 'banned'],
  [403, 'forbidden'],
  [405, 'client_outdated'],
  [406, 'forbidden'],
  [411, 'forbidden'],
  [503, 'unavailable'],
];

for (const [code, reason] of REFUSALS) {
  test(`login refused with ${code}: ${reason}`, async () => {
    await world.api.post('/fault', { account: OWNER, kind: 'login_failure', code, times: 1 });
    const sidecar = world.spawn();
    const closed = await sidecar.closed();
    assert.deepEqual([closed.reason, closed.status], [reason, code]);
    await sidecar.exited;
  });
}

test('a ban says how long it lasts', async () => {
  await world.api.post('/fault', { account: OWNER, kind: 'login_failure', code: 402, expire: 3600 });
  const sidecar = world.spawn();
  const closed = await sidecar.closed();
  assert.deepEqual([closed.reason, closed.expires_s], ['banned', 3600]);
  await sidecar.exited;
});

test('an HTTP error on the upgrade does not hang', async () => {
  await world.api.post('/fault', { kind: 'upgrade_http', status: 503, times: 1 });
  const sidecar = world.spawn();
  const closed = await sidecar.closed();
  assert.equal(closed.reason, 'unavailable');
  assert.match(closed.text, /HTTP 503/);
  await sidecar.exited;
});

test('nobody listens: lost', async () => {
  const sidecar = world.spawn({ env: { FASED_WHATSAPP_URL: 'ws://127.0.0.1:9/ws' } });
  assert.equal((await sidecar.closed()).reason, 'lost');
  await sidecar.exited;
});

test('half-open: an unanswered ping ends it, long before the library would', async t => {
  const sidecar = await world.openFor(t, { env: { FASED_PING_INTERVAL_MS: '200' } });
  await world.api.wait('ping');
  await world.api.post('/fault', { account: OWNER, kind: 'half_open' });
  const closed = await sidecar.closed();
  assert.equal(closed.reason, 'unresponsive');
  assert.deepEqual(await sidecar.exited, { code: 0, signal: null });
});

test('shutdown, a signal, and the end of stdin: leaves within a second', async () => {
  /** @type {((sidecar: import('./helpers/driver.js').Sidecar) => unknown)[]} */
  const ways = [
    sidecar => sidecar.send({ kind: 'shutdown' }),
    sidecar => sidecar.child.kill('SIGTERM'),
    sidecar => sidecar.child.stdin.end(),
  ];
  for (const way of ways) {
    const sidecar = await world.open();
    const at = performance.now();
    way(sidecar);
    assert.equal((await sidecar.closed()).reason, 'shutdown');
    assert.deepEqual(await sidecar.exited, { code: 0, signal: null });
    assert(performance.now() - at < 1_000, `${performance.now() - at} ms`);
  }
});

test('the end of stdin before welcome, and while a QR is shown', async t => {
  const other = await startFake(t);
  const early = other.spawn({ login: 'qr' });
  await early.stop();
  const linking = other.spawn({ login: 'qr' });
  await linking.link('qr');
  const at = performance.now();
  await linking.stop();
  assert(performance.now() - at < 1_000);
});

test('removed on the phone: logged out, and refused for ever after', async () => {
  const sidecar = await world.open();
  await world.api.post('/fault', { account: OWNER, kind: 'stream_error', code: 401 });
  const closed = await sidecar.closed();
  assert.deepEqual([closed.reason, closed.status], ['logged_out', 401]);
  await sidecar.exited;
  const again = world.spawn();
  assert.equal((await again.closed()).reason, 'logged_out');
  await again.exited;
});

test('logout on request: the server is told, then it closes', async t => {
  const other = await startFake(t);
  await other.link();
  const sidecar = await other.open();
  assert.deepEqual(await sidecar.request({ method: 'logout' }), { status: 'ok', reply: { type: 'done' } });
  await other.api.wait('logout', { account: OWNER });
  assert.equal((await sidecar.closed()).reason, 'logged_out');
  await sidecar.exited;
});
