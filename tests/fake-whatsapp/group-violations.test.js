import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { proto } from 'baileys/WAProto/index.js';
import { FakeWhatsApp } from './index.js';
import { call, waitFor } from './test-support/baileys-client.js';
import { RawClient } from './test-support/raw-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const BOB = '+15550100102';
const [OWNER_JID, ALICE_JID, BOB_JID] = [OWNER, ALICE, BOB].map(phone => `${phone.slice(1)}@s.whatsapp.net`);

let fake;
let client;
let group;
let from = 0;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /phones', { phone: OWNER });
  client = new RawClient(fake.ws);
  await client.register();
  await call(fake, 'POST /scan', { phone: OWNER, qr: await client.qr() });
  await client.signDevice();
  await client.closed();
  await client.open();
});

afterEach(() => {
  from = fake.record.lastSeq;
});

after(async () => {
  client.end();
  await fake.stop();
});

async function newGroup(members = [OWNER, ALICE, BOB]) {
  ({ group } = await call(fake, 'POST /groups', { members, addressing: 'pn' }));
  const query = { tag: 'query', attrs: { request: 'interactive' } };
  client.send({ tag: 'iq', attrs: { to: group, xmlns: 'w:g2', type: 'get', id: group }, content: [query] });
  await client.next(stanza => stanza.tag === 'iq' && stanza.attrs.id === group);
}

/** @param {string[]} keyFor who gets the sender key */
async function send(id, text, keyFor, spoil = bytes => bytes) {
  const payload = Buffer.from(proto.Message.encode({ conversation: text }).finish());
  const { ciphertext, distribution } = client.signal.senderKeys.seal(group, payload);
  const key = { groupId: group, axolotlSenderKeyDistributionMessage: distribution };
  const participants = [];
  for (const jid of keyFor) {
    participants.push(await client.encryptFor(jid, { senderKeyDistributionMessage: key }));
  }
  const content = [
    { tag: 'enc', attrs: { v: '2', type: 'skmsg' }, content: spoil(ciphertext) },
    ...(participants.length ? [{ tag: 'participants', attrs: {}, content: participants }] : []),
  ];
  client.send({ tag: 'message', attrs: { to: group, id, type: 'text', addressing_mode: 'pn' }, content });
  const ack = await client.next(stanza => stanza.tag === 'ack' && stanza.attrs.id === id);
  return ack.attrs.error;
}

async function violations() {
  const { records } = await call(fake, 'GET /record', { type: 'violation,server_error', after: from });
  return records.map(({ code, detail }) => code ?? detail);
}

test('a right raw client is not blamed, and gives its key once', async () => {
  await newGroup();
  await send('G1', 'one', [OWNER_JID, ALICE_JID, BOB_JID]);
  await send('G2', 'two', []);
  for (const contact of [ALICE, BOB]) {
    assert.equal((await waitFor(fake, 'message', { id: 'G2', contact })).text, 'two');
  }
  assert.deepEqual(await violations(), []);
});

test('missing_participant: a member without the sender key, who then asks for the message', async () => {
  await newGroup();
  await send('G3', 'not for Bob', [OWNER_JID, ALICE_JID]);
  await waitFor(fake, 'message', { id: 'G3', contact: ALICE });
  await waitFor(fake, 'undecryptable', { id: 'G3', contact: BOB, code: 'no_sender_key' });
  const retry = await client.next(({ attrs }) => attrs.id === 'G3' && attrs.type === 'retry');
  assert.equal(retry.attrs.participant, BOB_JID);
  assert.deepEqual(await violations(), ['missing_participant']);
});

test('missing_participant: a new key that only some members get', async () => {
  await newGroup();
  await send('G4', 'first', [OWNER_JID, ALICE_JID, BOB_JID]);
  client.signal.senderKeys.rotate(group);
  await send('G5', 'second', [OWNER_JID, BOB_JID]);
  assert.deepEqual(await violations(), ['missing_participant']);
});

test('bad_mac: a spoiled signature is seen by each phone', async () => {
  await newGroup();
  const spoil = bytes => {
    const broken = Buffer.from(bytes);
    broken[broken.length - 1] ^= 1;
    return broken;
  };
  await send('G6', 'spoiled', [OWNER_JID, ALICE_JID, BOB_JID], spoil);
  assert.deepEqual(await violations(), ['bad_mac', 'bad_mac', 'bad_mac']);
});

test('reused_message_key: one ciphertext under two ids', async () => {
  await newGroup([OWNER, ALICE]);
  let first;
  await send('G7', 'once', [OWNER_JID, ALICE_JID], bytes => {
    first = bytes;
    return bytes;
  });
  await send('G8', 'twice', [], () => first);
  assert.deepEqual(await violations(), ['reused_message_key', 'reused_message_key']);
});

test('nothing_encrypted, and unknown_recipient: nothing for a group, or a group one was never in', async () => {
  await newGroup();
  client.send({ tag: 'message', attrs: { to: group, id: 'G9', type: 'text' }, content: [] });
  await client.next(stanza => stanza.tag === 'ack' && stanza.attrs.id === 'G9');
  ({ group } = await call(fake, 'POST /groups', { members: [ALICE, BOB] }));
  assert.ok(await send('G10', 'let me in', [ALICE_JID]));
  assert.deepEqual(await violations(), ['nothing_encrypted', 'unknown_recipient']);
});

test('who was removed is refused and not blamed', async () => {
  await newGroup();
  await call(fake, 'POST /groups/members', { group, remove: [OWNER] });
  assert.equal(await send('G11', 'I did not know', [ALICE_JID]), '403');
  assert.deepEqual(await violations(), []);
});
