// What a message that came in holds besides text, whatever its sender made of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf } from '../src/content.js';

const BYTES = Buffer.alloc(32, 7);
const BASE64 = BYTES.toString('base64');
const FILE = {
  url: 'https://mmg.whatsapp.net/v/1',
  directPath: '/v/1',
  mediaKey: BYTES,
  fileSha256: BYTES,
  fileEncSha256: BYTES,
  fileLength: 9,
  mimetype: 'x/y',
  jpegThumbnail: BYTES,
};

/** @param {any} message @returns {any} */
const read = message => contentOf(message);

test('a file is what its sender says, but for the thumbnail', () => {
  const image = { imageMessage: { ...FILE, width: 3, height: 4, caption: 'c' } };
  const wanted = {
    kind: 'image',
    url: FILE.url,
    direct_path: '/v/1',
    key: BASE64,
    sha256: BASE64,
    enc_sha256: BASE64,
    bytes: 9,
    mime: 'x/y',
    file_name: null,
    look: { width: 3, height: 4, seconds: null, thumbnail: null, waveform: null },
  };
  assert.deepEqual(read(image).media, wanted);
  assert.deepEqual(read({ viewOnceMessageV2: { message: image } }).media, wanted);
  assert.deepEqual(read({ ephemeralMessage: { message: image } }).media, wanted);
  assert.equal(read({ videoMessage: { ...FILE, gifPlayback: true } }).media.kind, 'gif');
  assert.equal(read({ audioMessage: { ...FILE, ptt: true } }).media.kind, 'voice');
  assert.equal(read({ ptvMessage: FILE }).media.kind, 'video');
  assert.equal(read({ stickerMessage: FILE }).media.kind, 'sticker');
  const paper = {
    documentWithCaptionMessage: { message: { documentMessage: { ...FILE, fileName: 'a.pdf' } } },
  };
  assert.equal(read(paper).media.file_name, 'a.pdf');
});

test('a file that lacks a part, or has a wrong one, is none', () => {
  for (const wrong of [
    { mediaKey: undefined },
    { mediaKey: Buffer.alloc(31) },
    { fileSha256: 'text' },
    { fileEncSha256: null },
    { url: '', directPath: 'v/1' },
  ])
    assert.equal(read({ imageMessage: { ...FILE, ...wrong } }).media, null);
  const odd = read({
    imageMessage: { ...FILE, fileLength: -1, width: 1e12, mimetype: 'x'.repeat(1_000) },
  }).media;
  assert.deepEqual([odd.bytes, odd.look.width, odd.mime], [0, null, null]);
  const named = read({ documentMessage: { ...FILE, fileName: `${'x'.repeat(5_000)}.pdf` } }).media;
  assert(named.file_name.length <= 255 && named.file_name.endsWith('.pdf'));
});

test('places, fixed and live', () => {
  const place = {
    degreesLatitude: 1.5,
    degreesLongitude: -2,
    accuracyInMeters: 12,
    name: 'Here',
    comment: 'come',
  };
  assert.deepEqual(read({ locationMessage: place }).detail, {
    type: 'location',
    latitude: 1.5,
    longitude: -2,
    accuracy_m: 12,
    name: 'Here',
    address: null,
    caption: 'come',
    live: false,
  });
  assert.equal(read({ liveLocationMessage: { ...place, caption: 'x' } }).detail.live, true);
  assert.equal(read({ locationMessage: { name: 'nowhere' } }).detail, null);
  assert.equal(read({ locationMessage: { ...place, degreesLatitude: Number.NaN } }).detail, null);
});

test('cards: names and numbers, however they are written', () => {
  const vcard =
    'BEGIN:VCARD\r\nN:Doe;Cy;;;\r\nitem1.TEL;type=CELL;waid=15550100003:+1 555 010\r\n 0003\r\nEND:VCARD';
  const card = { name: 'Doe Cy', phones: ['+1 555 0100003'] };
  assert.deepEqual(read({ contactMessage: { displayName: 'x', vcard } }).detail, {
    type: 'contacts',
    cards: [card],
    total: 1,
  });
  const many = Array.from({ length: 60 }, () => ({ displayName: 'Cy' }));
  const { cards, total } = read({ contactsArrayMessage: { contacts: many } }).detail;
  assert.deepEqual([cards.length, total, cards[0]], [50, 60, { name: 'Cy', phones: [] }]);
  const hundred = { vcard: 'TEL:1\n'.repeat(100) };
  assert.equal(read({ contactMessage: hundred }).detail.cards[0].phones.length, 20);
});

test('polls with their secret, votes, events', () => {
  const poll = {
    name: ' Tea? ',
    options: [{ optionName: ' ' }, { optionName: ' yes ' }],
    selectableOptionsCount: 1,
  };
  const asked = read({ pollCreationMessageV3: poll, messageContextInfo: { messageSecret: BYTES } });
  assert.equal(asked.text, 'Tea?\n- yes');
  assert.deepEqual(asked.detail, {
    type: 'poll',
    question: 'Tea?',
    // As it was written: votes are made of these very words.
    options: [' yes '],
    selectable: 1,
    secret: BYTES.toString('hex'),
  });
  const wrapped = { pollCreationMessageV4: { message: { pollCreationMessage: poll } } };
  assert.equal(read({ ...wrapped, messageContextInfo: { messageSecret: BYTES } }).detail.secret.length, 64);
  const vote = { encPayload: Buffer.from([1]), encIv: Buffer.alloc(12) };
  const voted = read({ pollUpdateMessage: { pollCreationMessageKey: { id: 'P' }, vote } });
  assert.deepEqual(
    [voted.quoted.id, voted.detail],
    ['P', { type: 'vote', payload: 'AQ==', iv: 'AAAAAAAAAAAAAAAA' }],
  );
  assert.equal(read({ pollUpdateMessage: { vote: {} } }).detail, null);
  const event = read({ eventMessage: { name: 'Tea', startTime: 1_700_000_000, isCanceled: true } });
  assert.deepEqual(event.detail, {
    type: 'event',
    name: 'Tea',
    description: null,
    starts: 1_700_000_000,
    cancelled: true,
  });
});

test('an invitation to a group is read as text', () => {
  assert.equal(read({ groupInviteMessage: { caption: 'join', groupName: 'Tea' } }).text, 'join');
});

test('what is built to break its reader keeps its place and says nothing', () => {
  for (const message of [
    { imageMessage: 7 },
    { reactionMessage: { key: { id: 'M', participant: 7 } } },
    { pollCreationMessage: { name: 7, options: [null, { optionName: {} }] } },
    { contactsArrayMessage: { contacts: [null, 7] } },
    {
      extendedTextMessage: { text: 'x', contextInfo: { participant: 7, stanzaId: 'M', mentionedJid: [{}] } },
    },
    { eventMessage: true },
    { pollUpdateMessage: { vote: 7 } },
    { protocolMessage: { type: 14, editedMessage: 7, key: 7 } },
    { templateMessage: 0 },
  ]) {
    const { content, raw_kind: rawKind } = read(message);
    assert(content && rawKind === Object.keys(message)[0], JSON.stringify(message));
  }
});
