import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { OWNER, startFake } from './helpers/account.js';

const LOGIN = /** @type {const} */ ({ type: 'code', phone: OWNER.slice(1) });

/** @param {Awaited<ReturnType<typeof startFake>>} world @param {import('./helpers/driver.js').Sidecar} login */
async function complete(world, login) {
  const { link } = await login.link('code');
  await world.api.post('/link_code', { phone: OWNER, code: link.code });
  await login.link('scanned');
  const closed = await login.closed();
  assert.deepEqual([closed.reason, closed.status], ['restart_required', 515]);
  await login.exited;
  const { link: opened } = await (await world.open()).link('opened');
  assert.equal(opened.name, null);
  assert.deepEqual((await world.api.get('/state')).violations, []);
}

/** @param {Awaited<ReturnType<typeof startFake>>} world */
async function creds(world) {
  return JSON.parse(await readFile(join(world.authDir, 'creds.json'), 'utf8'));
}

test('a typed code links: code, scanned, 515, and the next process opens', async t => {
  const world = await startFake(t);
  const login = world.spawn({ login: LOGIN, env: { FASED_SIDECAR_LOG: 'debug' } });
  const { link } = await login.link('code');
  assert.match(link.code, /^[0-9A-Z]{8}$/);
  assert.equal(link.expires_ms, 160_000, 'as long as the connection is kept for six refs');
  await complete(world, login);
  assert.equal(login.frames.filter(frame => frame.kind === 'link' && frame.link.type === 'qr').length, 0);
  for (const secret of [link.code, '1555010']) assert(!login.stderr.includes(secret));
});

for (const [
  how,
  end,
] of /** @type {[string, (sidecar: import('./helpers/driver.js').Sidecar, world: any) => Promise<unknown>][]} */ ([
  ['killed', sidecar => sidecar.kill()],
  ['told to stop', sidecar => sidecar.stop()],
  ['cut off', (sidecar, world) => world.api.post('/fault', { kind: 'drop' }).then(() => sidecar.closed())],
])) {
  test(`${how} while the code is shown: not linked, and the next code or QR starts clean`, async t => {
    const world = await startFake(t);
    const first = world.spawn({ login: LOGIN });
    const { link: stale } = await first.link('code');
    await end(first, world);
    await first.exited;
    assert.equal((await creds(world)).account, undefined);

    const bare = world.spawn();
    assert.equal((await bare.waitFor(frame => frame.kind === 'ready')).linked, false);
    assert.equal((await bare.closed()).reason, 'not_linked');

    if (how === 'cut off') {
      await world.link();
      await world.open();
      return;
    }
    const second = world.spawn({ login: LOGIN });
    assert.equal((await second.waitFor(frame => frame.kind === 'ready')).linked, false);
    const { link: fresh } = await second.link('code');
    assert.notEqual(fresh.code, stale.code);
    await complete(world, second);
    assert.deepEqual(await world.api.records('login_refused'), []);
  });
}

test('a wrong code ends the attempt; the next one links', async t => {
  const world = await startFake(t);
  const first = world.spawn({ login: LOGIN });
  await first.link('code');
  await world.api.post('/link_code', { phone: OWNER, code: 'WR0NG111' });
  const closed = await first.closed();
  assert.deepEqual([closed.reason, closed.status], ['login_expired', 400]);
  await first.exited;
  await complete(world, world.spawn({ login: LOGIN }));
});

test('no refs left: the login has expired', async t => {
  const world = await startFake(t);
  await world.api.post('/fault', { kind: 'qr_refs', count: 0 });
  assert.equal((await world.spawn({ login: LOGIN }).closed()).reason, 'login_expired');
});

test('a phone that is not digits is refused before anything is asked', async t => {
  const world = await startFake(t);
  const sidecar = world.spawn({ login: { type: 'code', phone: OWNER } });
  assert.equal((await sidecar.closed()).reason, 'unknown');
  assert.deepEqual(await world.api.records('link_code_shown'), []);
});
