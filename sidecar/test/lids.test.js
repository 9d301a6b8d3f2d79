import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BO, BO_LID, CY, jidOf, OWNER, startFake } from './helpers/account.js';

const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO, lid: BO_LID });
await world.api.post('/contacts', { phone: CY });

/** @param {import('./helpers/driver.js').Sidecar} sidecar @param {string[]} phones */
const resolve = (sidecar, phones) => sidecar.request({ method: 'resolve_lids', params: { phones } });

test('hidden ids of numbers: the known ones, the new ones, and none made up', async t => {
  const sidecar = await world.openFor(t);
  const absent = '15550100098@s.whatsapp.net';
  const { status, reply } = await resolve(sidecar, [jidOf(CY), absent, jidOf(BO), jidOf(BO), jidOf(OWNER)]);
  assert.deepEqual([status, reply.type], ['ok', 'lids']);
  const byPhone = new Map(reply.pairs.map((/** @type {any} */ { phone, lid }) => [phone, lid]));
  assert.equal(reply.pairs.length, byPhone.size, 'each once');
  assert.equal(byPhone.get(jidOf(BO)), BO_LID);
  assert.match(byPhone.get(jidOf(CY)), /^\d+@lid$/);
  assert.equal(byPhone.has(absent), false);
  assert.deepEqual((await resolve(sidecar, [absent])).reply, { type: 'lids', pairs: [] });
  assert.deepEqual((await resolve(sidecar, [])).reply, { type: 'lids', pairs: [] });
});

test('no answer is a failure, not an empty list', async t => {
  const sidecar = await world.openFor(t);
  await world.api.post('/fault', { account: OWNER, kind: 'half_open' });
  const { status, fault } = await resolve(sidecar, ['15550100097@s.whatsapp.net']);
  assert.deepEqual([status, fault?.code], ['error', 'timed_out']);
});
