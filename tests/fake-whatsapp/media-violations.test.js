import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { sha256 } from './media-crypto.js';
import { call, linkedClient, waitFor } from './test-support/baileys-client.js';
import { trustMediaHost } from './test-support/media-fetch.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const ALICE_JID = '15550100101@s.whatsapp.net';

let fake;
let client;
let agent;

before(async () => {
  fake = await FakeWhatsApp.start();
  agent = trustMediaHost(fake.ca);
  await call(fake, 'POST /contacts', { phone: ALICE });
  client = await linkedClient(fake, OWNER, { fetchAgent: agent });
});

after(async () => {
  await client.end();
  await fake.stop();
});

const fault = (kind, details) => call(fake, 'POST /fault', { account: OWNER, kind, ...details });

/** @returns {Promise<any>} */
async function post(path, body) {
  const response = await new Promise((resolve, reject) => {
    const asked = request(`https://${fake.media}${path}`, { agent, method: 'POST' }, resolve);
    asked.on('error', reject).end(body);
  });
  response.resume();
  return response.statusCode;
}

test('bad_upload: a token that was not given, or another hash', async () => {
  const body = Buffer.from('encrypted');
  const name = sha256(body).toString('base64url');
  assert.equal(await post(`/mms/image/${name}?auth=made-up&token=${name}`, body), 401);
  const { auth } = await client.sock.refreshMediaConn(true);
  assert.equal(await post(`/mms/image/${name}?auth=${auth}&token=${name}`, 'other bytes'), 401);
  assert.equal(await post(`/mms/image/${name}?auth=${auth}&token=other`, body), 401);
  assert.equal(await post(`/mms/paper/${name}?auth=${auth}&token=${name}`, body), 401);
  assert.equal(await post(`/mms/image/${name}?auth=${auth}&token=${name}`, body), 200);
  const { records } = await call(fake, 'GET /record', { type: 'violation' });
  assert.deepEqual(
    records.map(({ code }) => code),
    Array(4).fill('bad_upload'),
  );
});

test('bad_media: a message whose file was never uploaded', async () => {
  const [mediaKey, fileSha256, fileEncSha256] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const directPath = '/v/nowhere.enc';
  const url = `https://${fake.media}${directPath}`;
  const imageMessage = { url, directPath, mediaKey, fileSha256, fileEncSha256, fileLength: 3 };
  await client.sock.relayMessage(ALICE_JID, { imageMessage }, { messageId: 'NOFILE' });
  await waitFor(fake, 'violation', { code: 'bad_media', id: 'NOFILE' });
});

test('bad_media_retry: a request for a file that no message brought', async () => {
  const { ids } = await call(fake, 'POST /messages', { to: OWNER, from: ALICE, text: 'no file' });
  const { key } = await client.received('no file');
  const message = { imageMessage: { mediaKey: randomBytes(32), mimetype: 'image/png' } };
  client.sock.updateMediaMessage({ key, message }).catch(() => {});
  await waitFor(fake, 'violation', { code: 'bad_media_retry', id: ids[0] });
});

test('upload and media_conn: what goes wrong on the way', async () => {
  const send = () => client.sock.sendMessage(ALICE_JID, { document: Buffer.from('x') });
  for (const mode of ['status', 'garbage', 'drop']) {
    await fault('upload', { mode, status: 503 });
    await assert.rejects(send(), /upload failed/);
    await waitFor(fake, 'upload_spoiled', { mode });
  }
  await fault('upload', { mode: 'delay', ms: 50 });
  await send();
  await fault('media_conn', { status: 503 });
  await assert.rejects(client.sock.refreshMediaConn(true), /refused/);
  // The library keeps the refusal, and repeats it until it connects again, though the server has recovered.
  await assert.rejects(client.sock.refreshMediaConn(true), /refused/);
});
