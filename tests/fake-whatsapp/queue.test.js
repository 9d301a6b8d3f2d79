import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { makeLibSignalRepository } from 'baileys/lib/Signal/libsignal.js';
import { FakeWhatsApp } from './index.js';
import { call, linkedClient, textOf, waitFor } from './test-support/baileys-client.js';

const OWNER = '+15550100001';
const OWNER_JID = '15550100001@s.whatsapp.net';
const ALICE = '+15550100101';
const BOB = '+15550100102';
const ALICE_JID = '15550100101@s.whatsapp.net';

let fake;
let client;
/** While set, the client decrypts but never commits, like one that waits for its gateway. */
let hold = null;
const ciphertexts = [];

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE });
  await call(fake, 'POST /contacts', { phone: BOB, addressing: 'lid' });
  client = await linkedClient(fake, OWNER, { makeSignalRepository: holdingRepository });
});

afterEach(async () => {
  const { records } = await call(fake, 'GET /record', {
    type: 'violation,server_error,unknown_iq,unknown_stanza',
  });
  assert.deepEqual(records, []);
});

after(async () => {
  await client.end();
  await fake.stop();
});

function holdingRepository(auth, logger, lookUp) {
  const repository = makeLibSignalRepository(auth, logger, lookUp);
  const { decryptMessage } = repository;
  repository.decryptMessage = request => {
    ciphertexts.push(Buffer.from(request.ciphertext).toString('base64'));
    return auth.keys.transaction(async () => {
      const plaintext = await decryptMessage(request);
      if (hold) await hold;
      return plaintext;
    }, request.jid);
  };
  return repository;
}

async function stateOfOwner() {
  return (await call(fake, 'GET /state')).accounts[OWNER];
}

async function reconnectAfter(action) {
  const closed = client.closed();
  await action();
  await closed;
  await client.reconnect();
}

test('200 messages of two senders, queued while offline, arrive once and in order', async () => {
  const from = client.messages.length;
  await reconnectAfter(async () => {
    await call(fake, 'POST /fault', { account: OWNER, kind: 'drop' });
    await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'a', count: 100 });
    await call(fake, 'POST /messages', { to: OWNER, from: BOB, text: 'b', count: 100, pre_encrypt: true });
    assert.equal((await stateOfOwner()).queue_length, 200);
  });
  await client.received('a #100');
  await client.received('b #100');
  const backlog = client.messages.slice(from);
  for (const sender of ['a', 'b']) {
    const texts = backlog.map(textOf).filter(text => text.startsWith(`${sender} `));
    assert.deepEqual(
      texts,
      Array.from({ length: 100 }, (_, i) => `${sender} #${i + 1}`),
    );
  }
  assert.ok(backlog.every(({ upsertType }) => upsertType === 'append'));
  const last = backlog.findLast(message => textOf(message) === 'b #100');
  await waitFor(fake, 'receipt', { id: last.key.id });
  assert.equal((await stateOfOwner()).queue_length, 0);
});

test('what a client did not commit comes again, with the same bytes, and decrypts again', async () => {
  hold = new Promise(() => {});
  const { ids } = await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'held' });
  await waitFor(fake, 'delivered', { id: ids[0], attempt: 1 });
  assert.equal((await stateOfOwner()).queue_length, 1);
  await reconnectAfter(() => {
    hold = null;
    return call(fake, 'POST /fault', { account: OWNER, kind: 'drop' });
  });
  await client.received('held');
  const again = await waitFor(fake, 'delivered', { id: ids[0], attempt: 2 });
  assert.equal(again.offline, true);
  assert.equal(ciphertexts.at(-1), ciphertexts.at(-2));
  await waitFor(fake, 'receipt', { id: ids[0] });
});

test('repeat: encrypted anew it arrives again under the same id; raw it is the same bytes', async () => {
  const { ids } = await call(fake, 'POST /messages', { to: OWNER, from: BOB, text: 'twice' });
  await client.received('twice');
  const twice = () => client.messages.filter(message => textOf(message) === 'twice');
  await call(fake, 'POST /stanza/repeat', { id: ids[0], mode: 'reencrypt' });
  await client.until(() => twice().length === 2, 'the repeat');
  assert.ok(twice().every(({ key }) => key.id === ids[0]));
  await call(fake, 'POST /stanza/repeat', { id: ids[0], mode: 'raw' });
  await waitFor(fake, 'client_ack', { id: ids[0], class: 'message' });
  assert.ok(ciphertexts.at(-1) === ciphertexts.at(-2) || ciphertexts.at(-2) === ciphertexts.at(-3));
  await assert.rejects(call(fake, 'POST /stanza/repeat', { id: 'NONE', mode: 'raw' }), { status: 404 });
});

test('corrupt: the client asks again and gets the text under the same id', async () => {
  const { ids } = await call(fake, 'POST /messages', {
    to: OWNER,
    from: ALICE,
    text: 'garbled',
    corrupt: true,
  });
  await waitFor(fake, 'receipt', { id: ids[0], receipt_type: 'retry' });
  const message = await client.received('garbled');
  assert.equal(message.key.id, ids[0]);
});

test('the owner writes on the phone: a copy of a chat, and a note to oneself', async () => {
  await call(fake, 'POST /messages', { to: OWNER, from: OWNER, chat: ALICE, text: 'from my phone' });
  const copy = await client.received('from my phone');
  assert.equal(copy.key.fromMe, true);
  assert.equal(copy.key.remoteJid, ALICE_JID);
  await call(fake, 'POST /messages', { to: OWNER, from: OWNER, text: 'note to self' });
  assert.equal((await client.received('note to self')).key.remoteJid, OWNER_JID);
  const sent = await client.sock.sendMessage(OWNER_JID, { text: 'noted' });
  assert.equal((await waitFor(fake, 'message', { id: sent.key.id })).contact, OWNER);
});

test('the same id twice is dropped and counted by the contact', async () => {
  const before = (await stateOfOwner()).duplicates_dropped;
  for (let i = 0; i < 2; i++)
    await client.sock.sendMessage(ALICE_JID, { text: 'once' }, { messageId: 'ONCE1' });
  await waitFor(fake, 'duplicate', { id: 'ONCE1' });
  const state = await stateOfOwner();
  assert.equal(state.duplicates_dropped, before + 1);
  const entry = state.contacts[ALICE].inbox.find(({ id }) => id === 'ONCE1');
  assert.equal(entry.count_dropped, 1);
});

test('a contact asks for a message again and gets the same text', async () => {
  const sent = await client.sock.sendMessage(ALICE_JID, { text: 'say again' });
  await waitFor(fake, 'message', { id: sent.key.id });
  await call(fake, 'POST /receipts', { account: OWNER, contact: ALICE, id: sent.key.id, type: 'retry' });
  assert.equal((await waitFor(fake, 'retry_answered', { id: sent.key.id })).text, 'say again');
});

test('two devices of one account both get everything, and hear each other', async () => {
  const second = await linkedClient(fake, OWNER);
  assert.notEqual(second.device, client.device);
  await call(fake, 'POST /messages', { to: OWNER, from: BOB, text: 'for both' });
  await Promise.all([client.received('for both'), second.received('for both')]);
  await second.sock.sendMessage(ALICE_JID, { text: 'from the second' });
  const copy = await client.received('from the second');
  assert.equal(copy.key.fromMe, true);
  assert.equal(copy.key.remoteJid, ALICE_JID);
  await client.sock.sendMessage(ALICE_JID, { text: 'from the first' });
  await second.received('from the first');
  await second.sock.logout();
  await waitFor(fake, 'logout', { account: OWNER });
  assert.equal((await stateOfOwner()).devices.length, 1);
  await second.end();
});

test('two accounts write to each other', async () => {
  const other = '+15550100002';
  const second = await linkedClient(fake, other);
  await client.sock.sendMessage('15550100002@s.whatsapp.net', { text: 'hello, other account' });
  await second.received('hello, other account');
  await second.sock.sendMessage(OWNER_JID, { text: 'hello back' });
  await client.received('hello back');
  await second.end();
});
