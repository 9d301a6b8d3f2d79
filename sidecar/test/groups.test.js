import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BO, BO_LID, CY, jidOf, OWNER, OWNER_LID, startFake } from './helpers/account.js';

const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO, lid: BO_LID, name: 'Bo' });
await world.api.post('/contacts', { phone: CY });

/** @param {'pn' | 'lid'} addressing @returns {Promise<string>} */
async function newGroup(addressing) {
  const { group } = await world.api.post('/groups', { members: [OWNER, BO, CY], addressing });
  return group;
}

test('group messages: who wrote, who is meant, what is quoted', async t => {
  const sidecar = await world.openFor(t);
  for (const [addressing, sender, alt, me] of /** @type {const} */ ([
    ['pn', jidOf(BO), BO_LID, jidOf(OWNER)],
    ['lid', BO_LID, jidOf(BO), OWNER_LID],
  ])) {
    const group = await newGroup(addressing);
    const { ids } = await world.api.post('/messages', {
      group,
      from: BO,
      text: 'hello all',
      mentions: [OWNER],
      quote: { id: 'QUOTED1', from: CY, text: 'earlier' },
    });
    const event = await sidecar.event('message', ({ origin }) => origin.id === ids[0]);
    assert.deepEqual(
      [event.origin.chat, event.origin.chat_alt, event.origin.sender, event.origin.sender_alt],
      [group, null, sender, alt],
    );
    assert.deepEqual([event.text, event.mentions, event.quoted.id], ['hello all', [me], 'QUOTED1']);
    const {
      ids: [next],
    } = await world.api.post('/messages', { group, from: BO, text: 'second' });
    assert.equal((await sidecar.event('message', ({ origin }) => origin.id === next)).text, 'second');
    await world.api.wait('receipt', { id: next });
  }
  assert.deepEqual(sidecar.events('undecryptable'), []);
});

test('a first group message, held and killed, comes again whole and gets its receipt', async t => {
  const group = await newGroup('lid');
  const first = await world.openFor(t);
  first.autoAck = false;
  const { ids } = await world.api.post('/messages', { group, from: BO, text: 'held' });
  await first.event('message', ({ origin }) => origin.id === ids[0]);
  await first.kill();
  assert.deepEqual(
    (await world.api.records('receipt')).filter(({ id }) => id === ids[0]),
    [],
  );
  const second = await world.openFor(t);
  assert.equal((await second.event('message', ({ origin }) => origin.id === ids[0])).text, 'held');
  await world.api.wait('receipt', { id: ids[0], receipt_type: 'inactive' });
  assert.deepEqual(second.events('undecryptable'), []);
});

test('a sender key that was kept back: told, asked for, and the text comes under the same id', async t => {
  const sidecar = await world.openFor(t);
  const group = await newGroup('lid');
  const { ids } = await world.api.post('/messages', { group, from: BO, text: 'late', omit_sender_key: true });
  const told = await sidecar.event('undecryptable', ({ origin }) => origin.id === ids[0]);
  assert.deepEqual([told.origin.chat, told.origin.sender], [group, BO_LID]);
  const event = await sidecar.event('message', ({ origin }) => origin.id === ids[0]);
  assert.deepEqual([event.text, event.origin.chat], ['late', group]);
  await world.api.wait('receipt', { id: ids[0], receipt_type: 'inactive' });
});

test('an answer to a group reaches its members, and their receipts come back by name', async t => {
  const sidecar = await world.openFor(t);
  const group = await newGroup('pn');
  const id = 'FA5ED00000000000G1';
  assert.deepEqual(await sidecar.sendText(group, 'to all', id), { status: 'ok', reply: { type: 'sent' } });
  for (const contact of [BO, CY]) await world.api.wait('message', { id, contact, text: 'to all' });
  assert.equal((await sidecar.event('server_ack', event => event.id === id)).chat, group);
  const receipt = await sidecar.event('receipt', ({ ids }) => ids.includes(id));
  assert.equal(receipt.chat, group);
  assert(receipt.participant);
  assert.deepEqual((await world.api.get('/state')).violations, []);
});
