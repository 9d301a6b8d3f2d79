import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { call, linkedClient, textOf, waitFor } from './test-support/baileys-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const BOB = '+15550100102';
const ALICE_JID = '15550100101@s.whatsapp.net';
const BOB_LID = '10015550100102@lid';

let dir;
let fake;
let client;
let group;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fake-whatsapp-'));
  fake = await FakeWhatsApp.start({ stateDir: dir });
  await call(fake, 'POST /contacts', { phone: ALICE, name: 'Alice' });
  await call(fake, 'POST /contacts', { phone: BOB, addressing: 'lid' });
  client = await linkedClient(fake, OWNER);
  ({ group } = await call(fake, 'POST /groups', { members: [OWNER, ALICE, BOB], addressing: 'lid' }));
});

afterEach(async () => {
  const { violations } = await call(fake, 'GET /state');
  assert.deepEqual(violations, []);
  const { records } = await call(fake, 'GET /record', { type: 'server_error,unknown_iq,unknown_stanza' });
  assert.deepEqual(records, []);
});

after(async () => {
  await client.end();
  await fake.stop();
  rmSync(dir, { recursive: true });
});

async function restart(options = {}) {
  const wsPort = Number(new URL(fake.ws).port);
  const { root } = fake;
  const closed = client.closed();
  await fake.stop();
  await closed;
  fake = await FakeWhatsApp.start({ stateDir: dir, wsPort, ...options });
  assert.equal(fake.root, root);
}

async function talk(round) {
  for (const from of [ALICE, BOB]) {
    await call(fake, 'POST /messages', { to: OWNER, from, text: `${from} ${round}` });
    await client.received(`${from} ${round}`);
    await call(fake, 'POST /messages', { group, from, text: `${from} in the group ${round}` });
    await client.received(`${from} in the group ${round}`);
  }
  for (const [jid, contacts] of [
    [ALICE_JID, [ALICE]],
    [BOB_LID, [BOB]],
    [group, [ALICE, BOB]],
  ]) {
    const { key } = await client.sock.sendMessage(jid, { text: `to ${jid} ${round}` });
    for (const contact of contacts) await waitFor(fake, 'message', { id: key.id, contact });
  }
}

test('after a restart the client logs in again, and all sessions and sender keys go on', async () => {
  await talk(1);
  const { last_seq: before } = await call(fake, 'GET /state');
  await restart();
  await client.reconnect();
  await talk(2);
  const { accounts, last_seq: now } = await call(fake, 'GET /state');
  assert.ok(now > before);
  assert.equal(accounts[OWNER].contacts[ALICE].inbox.length, 4);
  assert.deepEqual(readdirSync(dir), ['state']);
});

test('what waited still waits, encrypted or not, and repeats are still dropped', async () => {
  await client.sock.sendMessage(ALICE_JID, { text: 'once' }, { messageId: 'ONCE' });
  await waitFor(fake, 'message', { id: 'ONCE' });
  const closed = client.closed();
  await call(fake, 'POST /fault', { account: OWNER, kind: 'drop' });
  await closed;
  await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'waiting', count: 3 });
  await call(fake, 'POST /messages', {
    group,
    from: BOB,
    text: 'group waiting',
    count: 3,
    pre_encrypt: true,
  });
  client.connect();
  await restart();
  const { accounts } = await call(fake, 'GET /state');
  assert.equal(accounts[OWNER].queue_length, 6);
  await client.reconnect();
  await client.received('group waiting #3');
  const texts = client.messages.map(textOf).filter(text => text?.includes('waiting'));
  assert.equal(texts.length, 6);
  await client.sock.sendMessage(ALICE_JID, { text: 'once' }, { messageId: 'ONCE' });
  await waitFor(fake, 'duplicate', { id: 'ONCE' });
});

test('the record is kept when asked for', async () => {
  await restart({ stateRecord: true });
  const { ids } = await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'for the record' });
  await client.reconnect();
  const { seq } = await waitFor(fake, 'receipt', { id: ids[0] });
  await restart();
  const { records } = await call(fake, 'GET /record', { type: 'receipt', after: seq - 1 });
  assert.equal(records[0].id, ids[0]);
  await client.reconnect();
});
