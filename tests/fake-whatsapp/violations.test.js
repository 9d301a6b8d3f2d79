import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { proto } from 'baileys/WAProto/index.js';
import { FakeWhatsApp } from './index.js';
import { newKeyPair, sign, typedPublicKey } from './keys.js';
import { SignalDevice, withBrokenMac } from './signal-device.js';
import { call, linkedClient, waitFor } from './test-support/baileys-client.js';
import { participant, RawClient } from './test-support/raw-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const ALICE_JID = '15550100101@s.whatsapp.net';

let fake;
let clients = [];
let from = 0;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /phones', { phone: OWNER });
  await call(fake, 'POST /contacts', { phone: ALICE });
});

afterEach(() => {
  for (const client of clients) client.end();
  clients = [];
});

after(() => fake.stop());

function rawClient() {
  from = fake.record.lastSeq;
  const client = new RawClient(fake.ws);
  clients.push(client);
  return client;
}

async function linkedRaw() {
  const client = rawClient();
  await client.register();
  await call(fake, 'POST /scan', { phone: OWNER, qr: await client.qr() });
  await client.signDevice();
  await client.closed();
  return client;
}

async function openRaw() {
  const client = await linkedRaw();
  await client.open();
  return client;
}

/** Waits for the violation and makes sure that it stays the only one since the client was made. */
async function onlyViolation(code) {
  const { record } = await call(fake, 'GET /wait', { type: 'violation', after: from, timeout_ms: 3000 });
  assert.equal(record.code, code, record.detail);
  const { records } = await call(fake, 'GET /record', { type: 'violation,server_error', after: from });
  assert.deepEqual(
    records.map(({ code, detail }) => code ?? detail),
    [code],
  );
}

async function noViolation() {
  const { records } = await call(fake, 'GET /record', { type: 'violation,server_error', after: from });
  assert.deepEqual(records, []);
}

async function heard(id) {
  const { record } = await call(fake, 'GET /wait', { type: 'message', id, after: from, timeout_ms: 3000 });
  return record;
}

test('a right raw client is not blamed', async () => {
  const client = await openRaw();
  const { attrs } = await client.sendMessage(
    ALICE_JID,
    'RIGHT1',
    await client.encryptText(ALICE_JID, 'right'),
  );
  assert.equal(attrs.error, undefined);
  assert.equal((await heard('RIGHT1')).text, 'right');
  await client.sendMessage(ALICE_JID, 'RIGHT2', await client.encryptText(ALICE_JID, 'right again'));
  assert.equal((await heard('RIGHT2')).text, 'right again');
  await noViolation();
});

test('bad_handshake: a finish that does not decrypt', async () => {
  const client = rawClient();
  const spoil = finish => {
    finish.payload[0] ^= 1;
  };
  await client.finish(await client.connect(), client.registrationPayload(), spoil);
  await onlyViolation('bad_handshake');
});

test('noise_decrypt_failed: a frame counter skipped', async () => {
  const client = await openRaw();
  client.noise.encrypt(Buffer.from('never sent'));
  client.send({ tag: 'presence', attrs: { type: 'available' } });
  await client.closed();
  await onlyViolation('noise_decrypt_failed');
});

test('bad_stanza: a frame that is no stanza', async () => {
  const client = await openRaw();
  client.socket.send(client.noise.encodeFrame(Buffer.from([0, 255, 255])));
  await onlyViolation('bad_stanza');
});

test('bad_signed_prekey: a registration with a signature of someone else', async () => {
  const client = rawClient();
  const payload = client.registrationPayload();
  payload.devicePairingData.eSkeySig = sign(newKeyPair(), typedPublicKey(payload.devicePairingData.eSkeyVal));
  await client.register(payload);
  await onlyViolation('bad_signed_prekey');
});

test('qr_keys_differ: a QR with another identity', async () => {
  const client = rawClient();
  await client.register();
  const shown = client.signal.identity;
  client.signal.identity = newKeyPair();
  const qr = await client.qr();
  client.signal.identity = shown;
  await assert.rejects(call(fake, 'POST /scan', { phone: OWNER, qr }), { code: 'qr_keys_differ' });
  await onlyViolation('qr_keys_differ');
});

test('bad_device_signature: a spoiled signature at linking', async () => {
  const client = rawClient();
  await client.register();
  await call(fake, 'POST /scan', { phone: OWNER, qr: await client.qr() });
  await client.signDevice(() => randomBytes(64));
  await client.closed();
  await onlyViolation('bad_device_signature');
});

test('unknown_device: a login of a device never linked', async () => {
  const client = await linkedRaw();
  await client.login({ device: 99 });
  assert.equal((await client.next(stanza => stanza.tag === 'failure')).attrs.reason, '401');
  await onlyViolation('unknown_device');
});

test('wrong_noise_key: a login with another key than the one linked', async () => {
  const client = await linkedRaw();
  client.noiseKey = newKeyPair();
  await client.login();
  await onlyViolation('wrong_noise_key');
});

test('second_login: two live clients on one device', async () => {
  const client = await openRaw();
  const other = new RawClient(fake.ws);
  clients.push(other);
  Object.assign(other, { jid: client.jid, noiseKey: client.noiseKey, signal: client.signal });
  await other.open();
  await client.next(stanza => stanza.tag === 'stream:error');
  await onlyViolation('second_login');
});

test('a login after the older socket was cut is no second login', async () => {
  const client = await openRaw();
  client.end();
  await client.closed();
  await client.open();
  await noViolation();
});

test('not_logged_in: a message of an unlinked client', async () => {
  const client = rawClient();
  await client.register();
  client.send({ tag: 'message', attrs: { to: ALICE_JID, id: 'X', type: 'text' }, content: [] });
  await onlyViolation('not_logged_in');
});

test('bad_signed_prekey: an upload with a spoiled signature', async () => {
  const client = await linkedRaw();
  await client.login();
  const { signedPreKey } = client.signal.takeBundle();
  const spoiled = { ...signedPreKey, signature: randomBytes(64) };
  assert.equal((await client.uploadPreKeys({ signedPreKey: spoiled })).attrs.type, 'error');
  await onlyViolation('bad_signed_prekey');
});

test('bad_prekey: an upload with a key that is too short', async () => {
  const client = await linkedRaw();
  await client.login();
  await client.uploadPreKeys({ preKey: { keyId: 1, publicKey: Buffer.alloc(31) } });
  await onlyViolation('bad_prekey');
});

test('wrong_identity: an upload under another identity', async () => {
  const client = await linkedRaw();
  await client.login();
  await client.uploadPreKeys({ identityKey: newKeyPair().public });
  await onlyViolation('wrong_identity');
});

test('sent_before_active: a message before the client said active', async () => {
  const client = await linkedRaw();
  await client.login();
  const ack = await client.sendMessage(ALICE_JID, 'EARLY', await client.encryptText(ALICE_JID, 'early'));
  assert.ok(ack.attrs.error);
  await onlyViolation('sent_before_active');
});

test('plaintext: a message with an open body', async () => {
  const client = await openRaw();
  const body = { tag: 'body', attrs: {}, content: Buffer.from('for all to read') };
  client.send({ tag: 'message', attrs: { to: ALICE_JID, id: 'OPEN', type: 'text' }, content: [body] });
  await onlyViolation('plaintext');
});

test('nothing_encrypted: a message with nothing in it', async () => {
  const client = await openRaw();
  await client.sendMessage(ALICE_JID, 'EMPTY', []);
  await onlyViolation('nothing_encrypted');
});

test('unknown_encryption: a message of a kind nobody reads', async () => {
  const client = await openRaw();
  const [forAlice, forOwner] = await client.encryptText(ALICE_JID, 'x');
  const odd = participant(ALICE_JID, { type: 'rot13', ciphertext: forAlice.content[0].content });
  await client.sendMessage(ALICE_JID, 'ODD', [odd, forOwner]);
  await onlyViolation('unknown_encryption');
});

test('unknown_recipient: a message to nobody', async () => {
  const client = await openRaw();
  const jid = '15550109999@s.whatsapp.net';
  await client.sendMessage(jid, 'NOBODY', await client.encryptText(ALICE_JID, 'anyone?'));
  await onlyViolation('unknown_recipient');
});

test("missing_participant: the owner's phone left out", async () => {
  const client = await openRaw();
  const [forAlice] = await client.encryptText(ALICE_JID, 'only you');
  await client.sendMessage(ALICE_JID, 'LEFTOUT', [forAlice]);
  await onlyViolation('missing_participant');
});

test('missing_participant: the recipient left out', async () => {
  const client = await openRaw();
  const [, forOwner] = await client.encryptText(ALICE_JID, 'only me');
  await client.sendMessage(ALICE_JID, 'ONLYME', [forOwner]);
  await onlyViolation('missing_participant');
});

test('missing_device_sent: a copy for the own phone that names no chat', async () => {
  const client = await openRaw();
  const [forAlice, forOwner] = await client.encryptText(ALICE_JID, 'x');
  const bare = await client.encryptFor(forOwner.attrs.jid, { conversation: 'x' });
  await client.sendMessage(ALICE_JID, 'BARE', [forAlice, bare]);
  await onlyViolation('missing_device_sent');
});

test('bad_mac: a spoiled ciphertext, and the session survives it', async () => {
  const client = await openRaw();
  const [forAlice, forOwner] = await client.encryptText(ALICE_JID, 'spoiled');
  const [{ attrs, content }] = forAlice.content;
  const { type } = attrs;
  const spoiled = participant(ALICE_JID, { type, ciphertext: withBrokenMac({ type, ciphertext: content }) });
  await client.sendMessage(ALICE_JID, 'SPOILED', [spoiled, forOwner]);
  const retry = await client.next(stanza => stanza.tag === 'receipt' && stanza.attrs.type === 'retry');
  assert.equal(retry.attrs.id, 'SPOILED');
  await client.sendMessage(ALICE_JID, 'AFTER', await client.encryptText(ALICE_JID, 'after'));
  assert.equal((await heard('AFTER')).text, 'after');
  await onlyViolation('bad_mac');
});

test('reused_prekey: a second session from one bundle', async () => {
  const client = await openRaw();
  const bundle = await client.fetchBundle(ALICE_JID);
  for (const id of ['BUNDLE1', 'BUNDLE2']) {
    await client.signal.openSession(ALICE_JID, bundle);
    await client.sendMessage(ALICE_JID, id, await client.encryptText(ALICE_JID, id));
  }
  await onlyViolation('reused_prekey');
});

test('unknown_prekey: a session from a key nobody handed out', async () => {
  const client = await openRaw();
  const preKey = { keyId: 9999, publicKey: newKeyPair().public };
  const bundle = { ...(await client.fetchBundle(ALICE_JID)), preKey };
  await client.signal.openSession(ALICE_JID, bundle);
  await client.sendMessage(ALICE_JID, 'FOREIGN', await client.encryptText(ALICE_JID, 'x'));
  await onlyViolation('unknown_prekey');
});

test("wrong_identity: a session under another identity than the device's", async () => {
  const client = await openRaw();
  const stranger = new SignalDevice();
  await stranger.openSession(ALICE_JID, await client.fetchBundle(ALICE_JID));
  const payload = Buffer.from(proto.Message.encode({ conversation: 'x' }).finish());
  const [, forOwner] = await client.encryptText(ALICE_JID, 'x');
  const forged = participant(ALICE_JID, await stranger.encrypt(ALICE_JID, payload));
  await client.sendMessage(ALICE_JID, 'FORGED', [forged, forOwner]);
  await onlyViolation('wrong_identity');
});

test('reused_message_key: one ciphertext under two ids', async () => {
  const client = await openRaw();
  const participants = await client.encryptText(ALICE_JID, 'once');
  await client.sendMessage(ALICE_JID, 'ONCE', participants);
  const [, forOwner] = await client.encryptText(ALICE_JID, 'once');
  await client.sendMessage(ALICE_JID, 'TWICE', [participants[0], forOwner]);
  await onlyViolation('reused_message_key');
});

test('bad_padding: a message without padding', async () => {
  const client = await openRaw();
  const [, forOwner] = await client.encryptText(ALICE_JID, 'unpadded');
  const bare = Buffer.from(proto.Message.encode({ conversation: 'unpadded' }).finish());
  const unpadded = participant(ALICE_JID, await client.signal.encryptPadded(ALICE_JID, bare));
  await client.sendMessage(ALICE_JID, 'UNPADDED', [unpadded, forOwner]);
  await onlyViolation('bad_padding');
});

test('id_reused: other content under a used id', async () => {
  const client = await openRaw();
  await client.sendMessage(ALICE_JID, 'SAME', await client.encryptText(ALICE_JID, 'first'));
  await client.sendMessage(ALICE_JID, 'SAME', await client.encryptText(ALICE_JID, 'second'));
  await onlyViolation('id_reused');
  const { accounts } = await call(fake, 'GET /state');
  const inbox = accounts[OWNER].contacts[ALICE].inbox.filter(({ id }) => id === 'SAME');
  assert.deepEqual(
    inbox.map(({ text, count_dropped }) => [text, count_dropped]),
    [['first', 1]],
  );
});

test('the same content again is a duplicate and no violation', async () => {
  const client = await openRaw();
  const participants = await client.encryptText(ALICE_JID, 'again');
  await client.sendMessage(ALICE_JID, 'AGAIN', participants);
  await client.sendMessage(ALICE_JID, 'AGAIN', participants);
  await client.sendMessage(ALICE_JID, 'AGAIN', await client.encryptText(ALICE_JID, 'again'));
  const { records } = await call(fake, 'GET /record', { type: 'duplicate', after: from });
  assert.deepEqual(
    records.map(({ id }) => id),
    ['AGAIN', 'AGAIN'],
  );
  await noViolation();
});

test('receipt_undelivered: a receipt for a message that never came', async () => {
  const client = await openRaw();
  client.send({ tag: 'receipt', attrs: { to: ALICE_JID, id: 'NEVER' } });
  await onlyViolation('receipt_undelivered');
});

test('receipt_misaddressed: it was read, but in another chat, or nobody wrote it', async () => {
  const client = await openRaw();
  const [direct] = (await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'read me' })).ids;
  await waitFor(fake, 'delivered', { id: direct });
  client.send({ tag: 'receipt', attrs: { to: '15550100102@s.whatsapp.net', id: direct, type: 'read' } });
  await onlyViolation('receipt_misaddressed');
  const { group } = await call(fake, 'POST /groups', { members: [OWNER, ALICE] });
  const [inGroup] = (await call(fake, 'POST /messages', { group, from: ALICE, text: 'read me' })).ids;
  await waitFor(fake, 'delivered', { id: inGroup });
  from = fake.record.lastSeq;
  client.send({ tag: 'receipt', attrs: { to: group, id: inGroup, type: 'read' } });
  await onlyViolation('receipt_misaddressed');
  from = fake.record.lastSeq;
  const attrs = { to: group, id: inGroup, participant: ALICE_JID, type: 'read' };
  client.send({ tag: 'receipt', attrs });
  await waitFor(fake, 'receipt', { id: inGroup, participant: ALICE_JID });
  await noViolation();
});

test('the real library is not blamed: QR, both ways by phone number and LID, redelivery after a drop', async () => {
  const phone = '+15550100009';
  from = fake.record.lastSeq;
  const client = await linkedClient(fake, phone);
  for (const addressing of ['pn', 'lid']) {
    const contact = addressing === 'pn' ? ALICE : '+15550100102';
    await call(fake, 'POST /contacts', { phone: contact, addressing });
    await call(fake, 'POST /messages', { to: phone, from: contact, text: `in ${addressing}` });
    const { key } = await client.received(`in ${addressing}`);
    const sent = await client.sock.sendMessage(key.remoteJid, { text: `out ${addressing}` });
    assert.equal((await waitFor(fake, 'message', { id: sent.key.id })).text, `out ${addressing}`);
  }
  await call(fake, 'POST /fault', { account: phone, kind: 'drop' });
  await client.closed();
  await call(fake, 'POST /messages', { to: phone, from: ALICE, text: 'while away', count: 5 });
  await client.reconnect();
  await client.received('while away #5');
  assert.deepEqual(
    client.texts().slice(-5),
    [1, 2, 3, 4, 5].map(n => `while away #${n}`),
  );
  await client.end();
  await noViolation();
});
