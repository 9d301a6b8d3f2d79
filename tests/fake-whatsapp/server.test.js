import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { BaileysClient, call, linkedClient, waitFor } from './test-support/baileys-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const BOB = '+15550100102';

let fake;
let client;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE, name: 'Alice' });
  await call(fake, 'POST /contacts', { phone: BOB, name: 'Bob', addressing: 'lid' });
  client = await linkedClient(fake, OWNER);
});

after(async () => {
  await client?.end();
  await fake.stop();
});

test('a message by phone number arrives and is receipted', async () => {
  const { ids } = await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'hello' });
  const message = await client.received('hello');
  assert.equal(message.key.remoteJid, '15550100101@s.whatsapp.net');
  assert.equal(message.pushName, 'Alice');
  await waitFor(fake, 'receipt', { id: ids[0] });
});

test('a message by LID arrives', async () => {
  await call(fake, 'POST /messages', { to: OWNER, from: BOB, text: 'by lid' });
  const message = await client.received('by lid');
  assert.equal(message.key.remoteJid, '10015550100102@lid');
  assert.equal(message.key.remoteJidAlt, '15550100102@s.whatsapp.net');
});

test('answers reach the contacts, by phone number and by LID', async () => {
  const first = await client.sock.sendMessage('15550100101@s.whatsapp.net', { text: 'hi Alice' });
  const heard = await waitFor(fake, 'message', { id: first.key.id });
  assert.equal(heard.text, 'hi Alice');
  assert.equal(heard.contact, ALICE);
  await waitFor(fake, 'server_ack', { id: first.key.id });
  await waitFor(fake, 'contact_receipt', { id: first.key.id });
  const second = await client.sock.sendMessage('10015550100102@lid', { text: 'hi Bob' });
  assert.equal((await waitFor(fake, 'message', { id: second.key.id })).contact, BOB);
});

test('after the answers both directions go on', async () => {
  for (const [from, text] of [
    [ALICE, 'again A'],
    [BOB, 'again B'],
  ]) {
    await call(fake, 'POST /messages', { to: OWNER, from, text });
    await client.received(text);
  }
  const sent = await client.sock.sendMessage('15550100101@s.whatsapp.net', { text: 'bye' });
  await waitFor(fake, 'message', { id: sent.key.id });
});

test('linking by code: a wrong code is refused, the right one links', async () => {
  const phone = '+15550100003';
  await call(fake, 'POST /phones', { phone });
  await assert.rejects(call(fake, 'POST /link_code', { phone, code: 'ABCD1234' }), { code: 'no_code_shown' });
  const other = new BaileysClient(fake.ws).connect();
  await other.qr();
  const code = await other.sock.requestPairingCode('15550100003');
  await waitFor(fake, 'link_code_shown', { phone });
  await call(fake, 'POST /link_code', { phone, code: 'WRONG123' });
  await waitFor(fake, 'link_refused', { account: phone });
  await call(fake, 'POST /link_code', { phone, code });
  await waitFor(fake, 'linked', { account: phone });
  await other.closed(1);
  await other.reconnect();
  await call(fake, 'POST /messages', { to: phone, from: ALICE, text: 'linked by code' });
  await other.received('linked by code');
  await other.end();
});

test('no violation and no server error', async () => {
  const { records } = await call(fake, 'GET /record', {
    type: 'violation,server_error,unknown_iq,unknown_stanza',
  });
  assert.deepEqual(records, []);
});
