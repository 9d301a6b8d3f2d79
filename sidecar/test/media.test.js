// Files both ways, through the real library's messages and a media host that judges uploads.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { download as fetchFile } from '../src/media-download.js';
import { MediaFiles } from '../src/media-files.js';
import { refresh } from '../src/media-refresh.js';
import { MediaServers } from '../src/media-servers.js';
import { Slots } from '../src/media-slots.js';
import { BO, jidOf, OWNER, startFake } from './helpers/account.js';

const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO });
const chat = jidOf(BO);
const mediaDir = join(world.authDir, 'media');
await mkdir(mediaDir, { recursive: true });
const caFile = join(world.authDir, 'ca.pem');
await writeFile(caFile, world.fake.ca);
const sidecar = await world.open({ mediaDir, env: { FASED_WHATSAPP_CA: caFile } });
/** @type {Record<string, string>} */
const RAW_KINDS = {
  image: 'imageMessage',
  video: 'videoMessage',
  gif: 'videoMessage',
  audio: 'audioMessage',
  voice: 'audioMessage',
  document: 'documentMessage',
  sticker: 'stickerMessage',
};
const LOOK = { width: null, height: null, seconds: null, thumbnail: null, waveform: null };

/** @param {string | Buffer} bytes */
const hex = bytes => createHash('sha256').update(bytes).digest('hex');

/** What is visible, and what is not finished. */
const everything = async () => (await readdir(mediaDir, { recursive: true })).sort();

/** @param {string} kind @param {object} media @returns {Promise<{ id: string, media: any, facts: any }>} */
async function fromBo(kind, media) {
  const sent = await world.api.post('/messages', { to: OWNER, from: BO, kind, media });
  const [id] = sent.ids;
  const event = await sidecar.event('message', ({ origin }) => origin.id === id);
  return { id, media: event.media, facts: sent.media[0] };
}

/** @param {any} media @param {string} file */
const download = (media, file, max_bytes = 10_000_000) =>
  sidecar.request({ method: 'download_media', params: { media, file, max_bytes } });

/** @param {object} more */
const upload = more =>
  sidecar.request({
    method: 'upload_media',
    params: { kind: 'document', mime: 'text/plain', file_name: null, look: LOOK, ...more },
  });

test('every kind comes in byte by byte', async () => {
  for (const kind of [...Object.keys(RAW_KINDS), 'ptv']) {
    const bytes = randomBytes(70_001);
    const { media, facts } = await fromBo(kind, { base64: bytes.toString('base64') });
    assert.equal(media.kind, kind === 'ptv' ? 'video' : kind);
    assert.deepEqual([media.look.thumbnail, media.look.waveform], [null, null]);
    const { reply } = await download(media, `in/${kind}`);
    assert.deepEqual(reply, { type: 'downloaded', bytes: bytes.length, sha256: facts.sha256 });
    assert((await readFile(join(mediaDir, 'in', kind))).equals(bytes));
  }
});

test('every kind goes out byte by byte, and comes to a phone that checks it', async () => {
  for (const [index, kind] of Object.keys(RAW_KINDS).entries()) {
    const bytes = randomBytes(65_536 + index);
    await writeFile(join(mediaDir, `out-${kind}`), bytes);
    const look = { ...LOOK, width: 3, height: 4, seconds: 5, thumbnail: 'AAEC', waveform: 'AAEC' };
    const outcome = await upload({ file: `out-${kind}`, kind, mime: 'x/y', file_name: 'a.txt', look });
    const { media } = outcome.reply ?? assert.fail(JSON.stringify(outcome));
    assert.deepEqual(
      [media.kind, media.bytes, media.look, Buffer.from(media.sha256, 'base64').toString('hex')],
      [kind, bytes.length, look, hex(bytes)],
    );
    const back = await download(media, `back/${kind}`);
    assert.equal(back.reply?.sha256, hex(bytes), JSON.stringify(back));
    const content = { type: 'media', media, caption: ['image', 'document'].includes(kind) ? 'c' : null };
    const id = `FA5ED0000000000M${index}`;
    const payload = {
      content,
      secret: 'c0ffee00'.repeat(8),
      mentions: [],
      quote: null,
      at_ms: 1_700_000_000_123,
    };
    const sent = await sidecar.request({ method: 'send', params: { chat, message_id: id, payload } });
    assert.equal(sent.status, 'ok', JSON.stringify(sent));
    await sidecar.event('server_ack', event => event.id === id);
    const record = await world.api.wait('message', { id });
    assert.equal(record.raw_kind, RAW_KINDS[kind]);
  }
});

test('what is not what the message promises never appears', async () => {
  const before = await everything();
  for (const tamper of ['mac', 'cipher', 'hash', 'plain_sha']) {
    const { media } = await fromBo('image', { size: 5_000, tamper });
    assert.equal((await download(media, `bad-${tamper}`)).fault?.code, 'damaged', tamper);
  }
  const { media: empty } = await fromBo('image', { size: 0 });
  assert.equal((await download(empty, 'bad-empty')).fault?.code, 'damaged');
  assert.deepEqual(await everything(), before);
});

test('more than is wanted is cut off: told, lied about, and without end', async () => {
  const before = await everything();
  const { media: big } = await fromBo('document', { size: 50_000 });
  assert.equal((await download(big, 'big', 49_999)).fault?.code, 'too_large');
  assert.equal((await download({ ...big, bytes: 1 }, 'big', 49_999)).fault?.code, 'too_large');
  const { media: endless } = await fromBo('document', { size: 1_000, endless: true });
  assert.equal((await download(endless, 'endless', 1_000_000)).fault?.code, 'too_large');
  assert.deepEqual(await everything(), before);
  assert.equal((await download(big, 'big', 50_000)).status, 'ok');
});

test('gone, then refreshed, then there', async () => {
  const { id, media, facts } = await fromBo('image', { size: 5_000, gone: 'retry' });
  assert.equal((await download(media, 'again')).fault?.code, 'gone');
  const params = { chat, id, participant: null, media };
  const { reply, fault } = await sidecar.request({ method: 'refresh_media', params });
  assert.equal(reply?.type, 'media', JSON.stringify(fault));
  assert.notEqual(reply.media.direct_path, media.direct_path);
  assert.equal((await download(reply.media, 'again')).reply.sha256, facts.sha256);
  for (const [mode, code] of [
    ['not_found', 'gone'],
    ['error_node', 'gone'],
    ['general_error', 'rejected'],
  ]) {
    await world.api.post('/fault', { kind: 'media_retry', mode, times: 1, account: OWNER });
    const outcome = await sidecar.request({ method: 'refresh_media', params });
    assert.equal(outcome.fault?.code, code, mode);
  }
});

test('of a group’s member, a file is asked for at the member', async () => {
  const { group } = await world.api.post('/groups', { members: [OWNER, BO], addressing: 'lid' });
  const media = { size: 5_000, gone: 'retry' };
  const sent = await world.api.post('/messages', { group, from: BO, kind: 'image', media });
  const event = await sidecar.event('message', ({ origin }) => origin.id === sent.ids[0]);
  const params = {
    chat: group,
    id: event.origin.id,
    participant: event.origin.sender,
    media: event.media,
  };
  const { reply, fault } = await sidecar.request({ method: 'refresh_media', params });
  assert.equal(reply?.type, 'media', JSON.stringify(fault));
  assert.equal((await download(reply.media, 'group')).reply?.sha256, sent.media[0].sha256);
});

test('a phone that does not answer is waited for no longer than its time, and nobody listens any more', async () => {
  const { media } = await fromBo('image', { size: 100 });
  for (const [signal, code] of /** @type {const} */ ([
    [new AbortController().signal, 'timed_out'],
    [AbortSignal.timeout(20), undefined],
  ])) {
    const ws = new EventEmitter();
    const means = { ws, sendNode: async () => {}, self: { jid: jidOf(OWNER), lid: null }, signal };
    const asked = refresh({ chat, id: 'M1', participant: null, media }, { ...means, deadlineMs: 50 });
    await assert.rejects(asked, (/** @type {any} */ error) => error.fault?.code === code);
    assert.equal(ws.eventNames().length, 0);
  }
});

test('so many at once, so many in line, and the rest are told', async () => {
  const slots = new Slots('downloads', { atOnce: 2, inLine: 2 });
  const { signal } = new AbortController();
  /** @type {(() => void)[]} */
  const ends = [];
  const work = () => new Promise(resolve => ends.push(() => resolve('done')));
  const late = new AbortController();
  const taken = [signal, signal, late.signal, signal].map(its => slots.take(its, work));
  const full = (/** @type {any} */ { fault }) => fault.code === 'overloaded';
  await assert.rejects(slots.take(signal, work), full);
  late.abort(new Error('late'));
  await assert.rejects(taken[2], /late/);
  const next = slots.take(signal, work);
  await assert.rejects(slots.take(signal, work), full);
  for (let ended = 0; ended < 4; ended += 1) {
    assert.equal(ends.length, Math.min(4, ended + 2));
    ends[ended]();
    await new Promise(setImmediate);
  }
  assert.deepEqual(await Promise.all([taken[0], taken[1], taken[3], next]), Array(4).fill('done'));
});

test('only WhatsApp’s hosts are asked, and only plain files below the folder are read or written', async () => {
  const { media } = await fromBo('image', { size: 100 });
  for (const url of [
    'https://example.com/x',
    'http://169.254.169.254/',
    'file:///etc/passwd',
    'https://127.0.0.1.example.com/',
  ])
    assert.equal((await download({ ...media, url, direct_path: null }, 'x')).fault?.code, 'rejected', url);
  assert.equal(
    (await download({ ...media, direct_path: '//example.com/x' }, 'x')).fault?.code,
    'bad_request',
  );
  await symlink('/etc', join(mediaDir, 'link'));
  await symlink('/etc/hostname', join(mediaDir, 'linked'));
  for (const file of ['../x', '/etc/hostname', 'link/hostname', 'a/../b', '', '.hidden', 7]) {
    assert.equal((await upload({ file })).fault?.code, 'bad_request', String(file));
    assert.equal((await download(media, /** @type {any} */ (file))).fault?.code, 'bad_request', String(file));
  }
  for (const file of ['linked', 'in', 'absent'])
    assert.equal((await upload({ file })).fault?.code, 'bad_request', file);
});

test('an upload is tried again with new credentials, and a refusal is told', async () => {
  await writeFile(join(mediaDir, 'note'), 'x');
  for (const [status, code] of /** @type {[number, string | undefined][]} */ ([
    [401, undefined],
    [413, 'too_large'],
    [500, 'internal'],
  ])) {
    await world.api.post('/fault', { kind: 'upload', account: OWNER, times: 1, mode: 'status', status });
    const outcome = await upload({ file: 'note' });
    assert.equal(outcome.fault?.code, code, JSON.stringify(outcome.fault));
  }
  assert.equal((await upload({ file: 'note' })).status, 'ok');
});

test('a refused question for the media servers does not stay refused', async () => {
  for (const times of [1, 2]) {
    await world.api.post('/fault', { kind: 'media_conn', account: OWNER, times, status: 500 });
    await world.api.post('/fault', { kind: 'upload', account: OWNER, times: 1, mode: 'status', status: 401 });
    for (let refused = 0; refused < times; refused += 1)
      assert.equal((await upload({ file: 'note' })).fault?.code, 'internal');
    assert.equal((await upload({ file: 'note' })).fault, undefined);
  }
});

test('what is known of the media servers is asked for again when it is too old, and once for all', async () => {
  let now = 0;
  let asked = 0;
  const host = { tag: 'host', attrs: { hostname: 'mmg.whatsapp.net' } };
  const servers = new MediaServers(
    async () => {
      asked += 1;
      const conn = { tag: 'media_conn', attrs: { auth: `A${asked}`, ttl: '60' }, content: [host] };
      return { tag: 'iq', attrs: {}, content: [conn] };
    },
    () => now,
  );
  const auths = async (/** @type {boolean[]} */ ...asking) =>
    (await Promise.all(asking.map(anew => servers.ask(anew)))).map(({ auth }) => auth);
  assert.deepEqual(await auths(false, false), ['A1', 'A1']);
  now = 59_999;
  assert.deepEqual(await auths(false), ['A1']);
  now = 60_000;
  assert.deepEqual(await auths(false), ['A2']);
  assert.deepEqual(await auths(true), ['A3']);
});

test('a disk that takes no more is not the media server’s fault', async () => {
  const { media } = await fromBo('document', { size: 1_000 });
  const files = new MediaFiles(mediaDir, 'full');
  files.appear = () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
  const ca = Buffer.from(world.fake.ca);
  const means = {
    places: [new URL(media.url)],
    files,
    signal: new AbortController().signal,
    stallMs: 5_000,
    ca,
  };
  await assert.rejects(
    fetchFile({ media, file: 'full', max_bytes: 5_000 }, means),
    (/** @type {any} */ { fault }) => {
      return fault.code === 'internal' && fault.message.includes('ENOSPC');
    },
  );
});

test('a server that falls silent is given up', async () => {
  const { media } = await fromBo('document', { size: 200_000, stall: 70_000 });
  const before = await everything();
  const means = {
    places: [new URL(media.url)],
    files: new MediaFiles(mediaDir, 'another'),
    signal: new AbortController().signal,
    stallMs: 200,
    ca: Buffer.from(world.fake.ca),
  };
  await assert.rejects(
    fetchFile({ media, file: 'stalled', max_bytes: 1_000_000 }, means),
    (/** @type {any} */ { fault }) => fault.code === 'timed_out',
  );
  assert.deepEqual(await everything(), before);
});

test('many at once wait, and messages pass them', async () => {
  const { media } = await fromBo('document', { size: 300_000, slow_ms: 200 });
  const slow = Array.from({ length: 4 }, (_, n) => download(media, `slow-${n}`));
  const started = performance.now();
  assert.equal((await sidecar.sendText(chat, 'hi', 'FA5ED0000000000000S')).status, 'ok');
  assert(performance.now() - started < 700);
  assert((await Promise.all(slow)).every(({ status }) => status === 'ok'));
});

test('nothing unfinished stays when stdin ends, and what a crash left is removed', async () => {
  const { media } = await fromBo('document', { size: 200_000, stall: 70_000 });
  const before = await everything();
  void download(media, 'never').catch(() => {});
  while ((await everything()).length === before.length) await new Promise(resolve => setTimeout(resolve, 10));
  const unfinished = (await everything()).find(name => !before.includes(name)) ?? assert.fail();
  const line = Array.from({ length: 67 }, (_, n) => download(media, `line-${n}`));
  const [first] = await Promise.all([Promise.race(line), sidecar.sendText(chat, 'x', 'FA5ED0000000000000L')]);
  assert.equal(first.fault?.code, 'overloaded');
  for (const waiting of line) void waiting.catch(() => {});
  await sidecar.stop();
  assert.deepEqual(await everything(), before);
  await writeFile(join(mediaDir, unfinished), 'left');
  await writeFile(join(mediaDir, '.part-of-another'), 'left');
  const next = await world.open({ mediaDir });
  await next.stop();
  assert.deepEqual(await everything(), ['.part-of-another', ...before].sort());
});

test('nothing of this was a fault in the eyes of the server', async () => {
  assert.deepEqual(await world.api.records('violation,server_error,unknown_iq,unknown_stanza'), []);
});
