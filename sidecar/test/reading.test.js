import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BO, BO_LID, CY, jidOf, OWNER, startFake } from './helpers/account.js';

const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO, lid: BO_LID });
await world.api.post('/contacts', { phone: CY });

/** @param {import('./helpers/driver.js').Sidecar} sidecar @param {object} params */
const markRead = (sidecar, params) => sidecar.request({ method: 'mark_read', params });

/** @param {import('./helpers/driver.js').Sidecar} sidecar @param {object} message */
async function receive(sidecar, message) {
  const [id] = (await world.api.post('/messages', message)).ids;
  await sidecar.event('message', event => event.origin.id === id);
  await world.api.wait('receipt', { id });
  return id;
}

test('several messages of one chat are read in one receipt, and their writer may see it', async t => {
  const sidecar = await world.openFor(t);
  const ids = [];
  for (const text of ['one', 'two', 'three']) ids.push(await receive(sidecar, { to: OWNER, from: BO, text }));
  const { status, reply } = await markRead(sidecar, { chat: jidOf(BO), participant: null, ids });
  assert.deepEqual([status, reply.type], ['ok', 'done']);
  for (const id of ids) {
    const receipt = await world.api.wait('receipt', { id, receipt_type: 'read' });
    assert.equal(receipt.to, jidOf(BO));
  }
});

test('in a group, each receipt says who wrote what was read', async t => {
  const sidecar = await world.openFor(t);
  const { group } = await world.api.post('/groups', { addressing: 'lid', members: [OWNER, BO, CY] });
  const id = await receive(sidecar, { group, from: BO, text: 'hi all' });
  await markRead(sidecar, { chat: group, participant: BO_LID, ids: [id] });
  const receipt = await world.api.wait('receipt', { id, receipt_type: 'read' });
  assert.deepEqual([receipt.to, receipt.participant], [group, BO_LID]);
});

test('an owner who lets nobody see what they read is obeyed', async t => {
  await world.api.post('/phones', { phone: OWNER, read_receipts: false });
  t.after(() => world.api.post('/phones', { phone: OWNER, read_receipts: true }));
  const sidecar = await world.openFor(t);
  const id = await receive(sidecar, { to: OWNER, from: CY, text: 'hi' });
  await markRead(sidecar, { chat: jidOf(CY), participant: null, ids: [id] });
  await world.api.wait('receipt', { id, receipt_type: 'read-self' });
  const shown = await world.api.records('receipt');
  assert(!shown.some(receipt => receipt.id === id && receipt.receipt_type === 'read'));
});

test('what is no list of messages in a chat is refused', async t => {
  const sidecar = await world.openFor(t);
  const group = '120363000000000009@g.us';
  for (const wrong of [
    { chat: jidOf(BO), participant: null, ids: [] },
    { chat: jidOf(BO), participant: null, ids: Array(501).fill('A1') },
    { chat: jidOf(BO), participant: null, ids: ['A1', 7] },
    { chat: jidOf(BO), participant: null, ids: [''] },
    { chat: jidOf(BO), participant: jidOf(BO), ids: ['A1'] },
    { chat: group, participant: null, ids: ['A1'] },
    { chat: group, participant: group, ids: ['A1'] },
    { chat: 'status@broadcast', participant: null, ids: ['A1'] },
  ]) {
    const { status, fault } = await markRead(sidecar, wrong);
    assert.deepEqual([status, fault?.code], ['error', 'bad_request'], JSON.stringify(wrong));
  }
});

test('nothing of this was a fault in the eyes of the server', async () => {
  assert.deepEqual(await world.api.records('violation,server_error,unknown_iq,unknown_stanza'), []);
});
