// WhatsApp refuses old versions; the gateway says which one to claim, and learns which one went.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CONNECTION_CONFIG } from 'baileys';
import { startFake } from './helpers/account.js';

const PINNED = DEFAULT_CONNECTION_CONFIG.version;

test('pinned, exact and live are what the server hears and what is told', async t => {
  const world = await startFake(t);
  await world.link();
  await world.api.post('/fault', { kind: 'sw_js', revision: 1_035_000_007 });
  for (const [version, expected] of /** @type {[any, number[]][]} */ ([
    ['pinned', PINNED],
    [{ exact: [2, 3000, 1_035_000_001] }, [2, 3000, 1_035_000_001]],
    ['live', [2, 3000, 1_035_000_007]],
  ])) {
    const sidecar = await world.open({ version });
    const { link } = await sidecar.link('opened');
    assert.deepEqual(link.version, expected);
    await sidecar.stop();
    const [login] = (await world.api.records('login')).slice(-1);
    assert.equal(login.version, expected.join('.'));
  }
  await world.api.post('/fault', { kind: 'client_outdated', accept: ['2.3000.1035000009'] });
  assert.equal((await world.spawn().closed()).reason, 'client_outdated');
  const exact = await world.open({ version: { exact: [2, 3000, 1_035_000_009] } });
  await exact.stop();
});

test('a script that cannot be had, or says nothing: the pinned one', async t => {
  const world = await startFake(t);
  await world.link();
  await world.api.post('/fault', { kind: 'sw_js', status: 404 });
  const { link } = await (await world.openFor(t, { version: 'live' })).link('opened');
  assert.deepEqual(link.version, PINNED);
});
