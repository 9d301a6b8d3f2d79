import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { downloadMediaMessage } from 'baileys';
import { FakeWhatsApp } from './index.js';
import { TINY_JPEG } from './media-message.js';
import { call, linkedClient } from './test-support/baileys-client.js';
import { trustMediaHost } from './test-support/media-fetch.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';

let fake;
let client;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE });
  client = await linkedClient(fake, OWNER, { fetchAgent: trustMediaHost(fake.ca) });
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

const hex = bytes => createHash('sha256').update(bytes).digest('hex');

async function fromAlice(kind, media, more = {}) {
  const sent = await call(fake, 'POST /messages', { to: OWNER, from: ALICE, kind, media, ...more });
  const message = await client.until(() => client.messages.find(({ key }) => key.id === sent.ids[0]));
  return { message, facts: sent.media[0] };
}

const download = message => downloadMediaMessage(message, 'buffer', {});

for (const kind of ['image', 'video', 'gif', 'ptv', 'audio', 'voice', 'document', 'sticker']) {
  test(`${kind}: what a contact sends comes byte by byte`, async () => {
    const bytes = Buffer.concat([TINY_JPEG, Buffer.from(kind)]);
    const { message, facts } = await fromAlice(kind, { base64: bytes.toString('base64') });
    assert.ok((await download(message)).equals(bytes));
    assert.deepEqual([facts.bytes, facts.sha256], [bytes.length, hex(bytes)]);
  });
}

test('captions, names, empty and big files', async () => {
  const { message } = await fromAlice(
    'document',
    { file_name: 'a.txt', mimetype: 'text/plain' },
    { text: 'see' },
  );
  const part = message.message.documentWithCaptionMessage.message.documentMessage;
  assert.deepEqual([part.caption, part.fileName, part.mimetype], ['see', 'a.txt', 'text/plain']);
  const empty = await fromAlice('image', { size: 0 });
  assert.equal((await download(empty.message)).length, 0);
  const big = await fromAlice('video', { size: 20_000_000 });
  assert.equal(hex(await download(big.message)), big.facts.sha256);
});

test('files that are broken, late, or gone', async () => {
  for (const tamper of ['mac', 'cipher', 'hash', 'plain_sha']) await fromAlice('image', { tamper });
  const fetchRaw = async ({ message }, ms = 5000) => {
    const { url } = message.message.imageMessage;
    const { default: https } = await import('node:https');
    return new Promise(resolve => {
      const asked = https.get(url, { ca: fake.ca, agent: false }, response => {
        let bytes = 0;
        const timer = setTimeout(() => response.destroy(), ms);
        response.on('data', piece => {
          bytes += piece.length;
          if (bytes > 1_000_000) response.destroy();
        });
        response.on('error', () => {});
        response.on('close', () => {
          clearTimeout(timer);
          resolve([response.statusCode, bytes, response.complete]);
        });
      });
      asked.on('error', () => {});
    });
  };
  const stalled = await fromAlice('image', { size: 1000, stall: 100 });
  assert.deepEqual(await fetchRaw(stalled, 200), [200, 100, false]);
  const [status, bytes, complete] = await fetchRaw(await fromAlice('image', { endless: true }));
  assert.ok(status === 200 && bytes > 1_000_000 && !complete);
  const gone = await fromAlice('image', { gone: 1, gone_status: 410 });
  assert.deepEqual((await fetchRaw(gone))[0], 410);
  assert.deepEqual((await fetchRaw(gone))[0], 200);
  const failing = await fromAlice('image', { fail: 1 });
  assert.deepEqual((await fetchRaw(failing))[0], 500);
  assert.deepEqual((await fetchRaw(failing))[0], 200);
  const elsewhere = await fromAlice('image', { url: 'https://example.com/x', claimed_size: 7 });
  const { url, fileLength } = elsewhere.message.message.imageMessage;
  assert.deepEqual([url, Number(fileLength)], ['https://example.com/x', 7]);
  await assert.rejects(fromAlice('image', { tamper: 'all' }), { code: 'bad_mode' });
});

test('a file that is gone is put there again when the phone is asked', async () => {
  const { message } = await fromAlice('image', { gone: 'retry', text: 'kept' });
  await assert.rejects(download(message), /Failed to fetch/);
  // The library learns only here which host there is, and else takes the real one for the new path.
  await client.sock.refreshMediaConn();
  const again = await client.sock.updateMediaMessage(message);
  assert.equal((await download(again)).toString(), 'kept');
  for (const mode of ['not_found', 'error_node']) {
    await call(fake, 'POST /fault', { kind: 'media_retry', mode, times: 1 });
    await assert.rejects(client.sock.updateMediaMessage(message), /re-upload/);
  }
});
