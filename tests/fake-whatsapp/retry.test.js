import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { call, linkedClient, waitFor } from './test-support/baileys-client.js';

const OWNER = '+15550100001';
const OTHER = '+15550100002';
const ALICE = '+15550100101';
const BOB = '+15550100102';
const ALICE_JID = '15550100101@s.whatsapp.net';
const BOB_LID = '10015550100102@lid';
const MANY = 100;

let fake;
let client;
let group;
let from = 0;
/** What the client would find in its outbox. */
const stored = new Map();

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE });
  await call(fake, 'POST /contacts', { phone: BOB, addressing: 'lid' });
  const getMessage = async ({ id }) => stored.get(id);
  client = await linkedClient(fake, OWNER, { getMessage, enableRecentMessageCache: false });
  ({ group } = await call(fake, 'POST /groups', { members: [OWNER, ALICE, BOB], addressing: 'lid' }));
});

afterEach(async () => {
  const { records } = await call(fake, 'GET /record', {
    type: 'violation,server_error,unknown_iq,unknown_stanza',
    after: from,
  });
  assert.deepEqual(records, []);
});

after(async () => {
  await client.end();
  await fake.stop();
});

async function send(jid, text, id = undefined) {
  const sent = await client.sock.sendMessage(jid, { text }, { messageId: id });
  stored.set(sent.key.id, sent.message);
  return sent.key.id;
}

for (const via of ['pn', 'lid']) {
  for (const [name, contact, jid] of [
    ['a chat by phone number', ALICE, ALICE_JID],
    ['a chat by LID', BOB, BOB_LID],
  ]) {
    test(`${name}: asked for again by ${via}, the same comes in a fresh session`, async () => {
      const id = await send(jid, `again by ${via}`);
      await waitFor(fake, 'message', { id });
      assert.deepEqual(await call(fake, 'POST /retry', { id, contact, via }), { asked: 'now' });
      const resent = await waitFor(fake, 'resent', { id, contact });
      assert.deepEqual(
        [resent.identical, resent.context_identical, resent.fresh_session],
        [true, true, true],
      );
      const after = await send(jid, 'and on');
      assert.equal((await waitFor(fake, 'message', { id: after })).text, 'and on');
    });
  }

  test(`a group: a member asks by ${via}`, async () => {
    const id = await send(group, `group again by ${via}`);
    await waitFor(fake, 'message', { id, contact: BOB });
    await call(fake, 'POST /retry', { id, contact: BOB, via });
    const resent = await waitFor(fake, 'resent', { id, contact: BOB });
    assert.deepEqual([resent.identical, resent.fresh_session], [true, true]);
    await waitFor(fake, 'duplicate', { id, contact: ALICE, after_retry: true });
    const after = await send(group, 'and on');
    for (const contact of [ALICE, BOB]) await waitFor(fake, 'message', { id: after, contact });
  });
}

test('ordered before: the message counts as heard when the last request is answered', async () => {
  const id = 'ORDERED1';
  const order = await call(fake, 'POST /retry', { id, contact: ALICE, times: 2 });
  assert.deepEqual(order, { asked: 'when it comes' });
  await send(ALICE_JID, 'second time lucky', id);
  const heard = await waitFor(fake, 'message', { id });
  assert.equal(heard.text, 'second time lucky');
  const { records } = await call(fake, 'GET /record', {
    type: 'undecryptable,resent,message,contact_receipt',
  });
  const types = records.filter(record => record.id === id && record.receipt_type !== '');
  assert.deepEqual(
    types.map(({ type }) => type),
    ['undecryptable', ...Array(2).fill(['contact_receipt', 'resent']).flat(), 'message'],
  );
});

test('another payload under the id is not identical, and a violation', async () => {
  const id = await send(ALICE_JID, 'what I said');
  await waitFor(fake, 'message', { id });
  stored.set(id, { conversation: 'something else' });
  await call(fake, 'POST /retry', { id, contact: ALICE });
  assert.equal((await waitFor(fake, 'resent', { id })).identical, false);
  const { record } = await call(fake, 'GET /wait', { type: 'violation' });
  assert.equal(record.code, 'id_reused');
  from = record.seq;
});

test('a client that has it no more sends nothing', async () => {
  const id = await send(ALICE_JID, 'forgotten');
  await waitFor(fake, 'message', { id });
  stored.delete(id);
  const { seq } = await waitFor(fake, 'message', { id });
  await call(fake, 'POST /retry', { id, contact: ALICE });
  await call(fake, 'GET /wait', { type: 'client_ack', id, class: 'receipt', after: seq });
  const after = await send(ALICE_JID, 'later');
  await waitFor(fake, 'message', { id: after });
  const { records } = await call(fake, 'GET /record', { type: 'resent,duplicate' });
  assert.ok(!records.some(record => record.id === id));
});

test('serve_retries: false leaves the client without the message', async () => {
  const { ids } = await call(fake, 'POST /messages', {
    to: OWNER,
    from: ALICE,
    text: 'never',
    corrupt: true,
    serve_retries: false,
  });
  await waitFor(fake, 'receipt', { id: ids[0], receipt_type: 'retry' });
  await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'but this' });
  await client.received('but this');
  assert.ok(!client.texts().includes('never'));
  const { records } = await call(fake, 'GET /record', { type: 'delivered' });
  assert.equal(records.filter(({ id }) => id === ids[0]).length, 1);
});

test(`${MANY} undecryptable messages cost the server little, and the session survives`, async () => {
  const other = await linkedClient(fake, OTHER);
  const started = performance.now();
  const { ids } = await call(fake, 'POST /messages', {
    to: OTHER,
    from: ALICE,
    text: 'noise',
    count: MANY,
    corrupt: true,
    serve_retries: false,
  });
  assert.equal(ids.length, MANY);
  assert.ok(performance.now() - started < 2000);
  await call(fake, 'GET /wait', { type: 'client_ack', id: ids.at(-1), timeout_ms: 60_000 });
  await call(fake, 'POST /messages', { to: OTHER, from: ALICE, text: 'a clear word' });
  await other.received('a clear word');
  await other.end();
});
