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

/** @param {import('./helpers/driver.js').Sidecar} sidecar @param {string} phone */
const canonical = (sidecar, phone) => sidecar.request({ method: 'canonical_id', params: { phone } });

test('what WhatsApp takes a number for: another spelling, itself, or nobody', async t => {
  const short = '551187654321@s.whatsapp.net';
  await world.api.post('/contacts', { phone: '+551187654321', also: ['+5511987654321'] });
  const sidecar = await world.openFor(t);
  const answer = { type: 'canonical', jid: short, lid: '100551187654321@lid' };
  assert.deepEqual((await canonical(sidecar, '5511987654321@s.whatsapp.net')).reply, answer);
  assert.deepEqual((await canonical(sidecar, short)).reply, answer);
  assert.deepEqual((await canonical(sidecar, '5511987654329@s.whatsapp.net')).reply, {
    type: 'canonical',
    jid: null,
    lid: null,
  });
  assert.equal((await canonical(sidecar, '551187654321:3@s.whatsapp.net')).fault?.code, 'bad_request');
});

test('no answer is a failure, not an empty list', async t => {
  const sidecar = await world.openFor(t);
  await world.api.post('/fault', { account: OWNER, kind: 'half_open' });
  const { status, fault } = await resolve(sidecar, ['15550100097@s.whatsapp.net']);
  assert.deepEqual([status, fault?.code], ['error', 'timed_out']);
});
