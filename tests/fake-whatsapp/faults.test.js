import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { proto } from 'baileys/WAProto/index.js';
import { FakeWhatsApp } from './index.js';
import { agree, signatureIsValid } from './keys.js';
import { BaileysClient, call, linkedClient, waitFor } from './test-support/baileys-client.js';
import { RawClient } from './test-support/raw-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const ALICE_JID = '15550100101@s.whatsapp.net';

let fake;
let client;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE });
  client = await linkedClient(fake, OWNER);
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

const fault = (kind, details = {}) => call(fake, 'POST /fault', { account: OWNER, kind, ...details });

test('drop: the client is cut off and comes back', async () => {
  const closed = client.closed();
  await fault('drop');
  assert.equal((await closed).code, 428);
  await client.reconnect();
});

for (const code of [440, 503, 515, 500]) {
  test(`stream_error ${code}: the client is told so`, async () => {
    const closed = client.closed();
    await fault('stream_error', { code });
    assert.equal((await closed).code, code);
    await client.reconnect();
  });
}

test('login_failure: one login is refused, the next is not', async () => {
  await fault('login_failure', { code: 503 });
  const dropped = client.closed();
  await fault('drop');
  await dropped;
  const refused = client.closed();
  client.connect();
  assert.equal((await refused).code, 503);
  await client.reconnect();
});

test('half_open: nothing is answered, and what is sent meanwhile comes at the next login', async () => {
  await fault('half_open');
  const { accounts } = await call(fake, 'GET /state');
  assert.equal(accounts[OWNER].online, false);
  const { ids } = await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'into the void' });
  client.sock.ws.socket.terminate();
  await client.closed();
  await client.reconnect();
  const message = await client.received('into the void');
  assert.equal(message.key.id, ids[0]);
  assert.equal(message.upsertType, 'append');
});

test('upgrade_http: the websocket is refused for a while', async () => {
  await fault('upgrade_http', { status: 503, times: 1 });
  const raw = new RawClient(fake.ws);
  await assert.rejects(raw.connect(), /503/);
  await raw.connect();
  raw.end();
});

test('acks: dropped, late, and with an error', async () => {
  const sendText = async text => (await client.sock.sendMessage(ALICE_JID, { text })).key.id;
  await fault('acks', { mode: 'drop', count: 1 });
  const unanswered = await sendText('no ack');
  await waitFor(fake, 'message', { id: unanswered });

  await fault('acks', { mode: 'delay', ms: 300, count: 1 });
  const late = await sendText('late ack');
  const sent = await waitFor(fake, 'message', { id: late });
  const ack = await waitFor(fake, 'server_ack', { id: late });
  assert.ok(ack.at_ms - sent.at_ms >= 290);

  await fault('acks', { mode: 'error', code: 463, count: 1 });
  const refused = await sendText('refused');
  assert.equal((await waitFor(fake, 'server_ack', { id: refused })).error, '463');

  const normal = await sendText('normal');
  assert.equal((await waitFor(fake, 'server_ack', { id: normal })).error, undefined);
  const { records } = await call(fake, 'GET /record', { type: 'message,server_ack' });
  assert.ok(!records.some(record => record.type === 'server_ack' && record.id === unanswered));
  assert.ok(!records.some(record => record.type === 'message' && record.id === refused));
});

test('receipts_from_contacts: none', async () => {
  await fault('receipts_from_contacts', { mode: 'none' });
  const quiet = await client.sock.sendMessage(ALICE_JID, { text: 'quiet' });
  await waitFor(fake, 'message', { id: quiet.key.id });
  await fault('receipts_from_contacts', { mode: 'normal' });
  const loud = await client.sock.sendMessage(ALICE_JID, { text: 'loud' });
  await waitFor(fake, 'contact_receipt', { id: loud.key.id });
  const { records } = await call(fake, 'GET /record', { type: 'contact_receipt' });
  assert.ok(!records.some(({ id }) => id === quiet.key.id));
});

test('qr_refs: one ref only, and an expired one cannot be scanned', async () => {
  await call(fake, 'POST /fault', { kind: 'qr_refs', count: 1, ttl_ms: 20_000 });
  const other = new BaileysClient(fake.ws, { qrTimeout: 300 }).connect();
  const qr = await other.qr();
  await call(fake, 'POST /clock', { ms: 20_001 });
  await assert.rejects(call(fake, 'POST /scan', { phone: OWNER, qr }), { code: 'qr_expired' });
  assert.equal((await other.closed(1)).code, 408);
  await call(fake, 'POST /fault', { kind: 'qr_refs' });
});

test('scan: silent leaves the QR as it is, a wrong HMAC is refused by the client', async () => {
  const other = new BaileysClient(fake.ws).connect();
  const qr = await other.qr();
  await call(fake, 'POST /scan', { phone: OWNER, qr, fault: 'silent' });
  await call(fake, 'POST /scan', { phone: OWNER, qr, fault: 'wrong_hmac' });
  await other.closed(1);
  const { accounts } = await call(fake, 'GET /state');
  assert.equal(accounts[OWNER].devices.length, 1);
});

/** What a client that checks everything finds wrong with the server. */
async function certificateFault(mode) {
  await call(fake, 'POST /fault', { kind: 'cert', mode });
  const raw = new RawClient(fake.ws);
  const { serverHello } = await raw.connect();
  const noise = raw.noise;
  noise.authenticate(serverHello.ephemeral);
  noise.mixIntoKey(agree(raw.ephemeral, serverHello.ephemeral));
  const staticKey = Buffer.from(noise.decrypt(serverHello.static));
  noise.mixIntoKey(agree(raw.ephemeral, staticKey));
  const { intermediate, leaf } = proto.CertChain.decode(noise.decrypt(serverHello.payload));
  raw.end();
  const { Details } = proto.CertChain.NoiseCertificate;
  const [issuer, subject] = [Details.decode(intermediate.details), Details.decode(leaf.details)];
  const root = Buffer.from(fake.root, 'hex');
  if (issuer.issuerSerial !== 0 || subject.issuerSerial !== issuer.serial) return 'serials';
  if (!signatureIsValid(root, intermediate.details, intermediate.signature)) return 'root signature';
  if (!signatureIsValid(issuer.key, leaf.details, leaf.signature)) return 'leaf signature';
  const now = Date.now() / 1000;
  if (Number(subject.notBefore) > now || Number(subject.notAfter) < now) return 'dates';
  if (!Buffer.from(subject.key).equals(staticKey)) return 'leaf key';
  return 'none';
}

test('cert: each mode is wrong in its own way, and ok is right', async () => {
  assert.equal(await certificateFault('wrong_root'), 'root signature');
  assert.equal(await certificateFault('garbage_signature'), 'root signature');
  assert.equal(await certificateFault('foreign_leaf'), 'leaf key');
  assert.equal(await certificateFault('expired'), 'dates');
  assert.equal(await certificateFault('ok'), 'none');
});

test('an unknown fault is refused', async () => {
  await assert.rejects(fault('weather'), { status: 400, code: 'unknown_fault' });
});

test('stream_error 401: the device is forgotten, and its next login fails', async () => {
  const closed = client.closed();
  await fault('stream_error', { code: 401 });
  assert.equal((await closed).code, 401);
  const refused = client.closed();
  client.connect();
  assert.equal((await refused).code, 401);
});
