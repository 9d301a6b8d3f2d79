import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proto } from 'baileys';
import { envelopeOf, messageOf } from '../src/payload.js';
import { payloadProblem } from '../src/payload-check.js';
import { SECRET } from './helpers/driver.js';

const BO = '15550100002@s.whatsapp.net';
const GROUP = '120363000000000001@g.us';
const BYTES = Buffer.alloc(32, 7).toString('base64');
const LOOK = { width: 3, height: 4, seconds: 5, thumbnail: 'AAEC', waveform: 'AQID' };
const MEDIA = {
  kind: 'image',
  url: 'https://mmg.whatsapp.net/v/1',
  direct_path: '/v/1',
  key: BYTES,
  sha256: BYTES,
  enc_sha256: BYTES,
  bytes: 9,
  mime: 'image/jpeg',
  file_name: null,
  look: LOOK,
};
const OURS = { id: 'M1', from_me: true, participant: null };
const THEIRS = { id: 'M2', from_me: false, participant: BO };
const QUOTE = { id: 'M3', sender: BO, text: 'was' };

/** @param {any} content @param {object} [more] @returns {any} */
const payload = (content, more = {}) => ({
  content,
  secret: SECRET,
  mentions: [],
  quote: null,
  at_ms: null,
  ...more,
});

/** @param {any} content @param {object} [more] @param {string} [chat] @returns {any} as it arrives */
const sent = (content, more, chat = BO) => {
  const made = () => proto.Message.encode(messageOf(payload(content, more), chat)).finish();
  assert.equal(payloadProblem(payload(content, more), chat), undefined);
  assert.deepEqual(made(), made(), 'a second sending is the same');
  return proto.Message.toObject(proto.Message.decode(made()), { bytes: String, longs: Number });
};

test('text that mentions and quotes', () => {
  const { extendedTextMessage, messageContextInfo } = sent(
    { type: 'text', text: 'hi' },
    { mentions: [BO], quote: QUOTE },
  );
  assert.equal(extendedTextMessage.text, 'hi');
  assert.deepEqual(extendedTextMessage.contextInfo, {
    stanzaId: 'M3',
    participant: BO,
    quotedMessage: { conversation: 'was' },
    mentionedJid: [BO],
  });
  assert.equal(Buffer.from(messageContextInfo.messageSecret, 'base64').toString('hex'), SECRET);
});

test('files, each as its kind is shown', () => {
  const of = (/** @type {string} */ kind, more = {}) =>
    sent({ type: 'media', media: { ...MEDIA, kind, ...more }, caption: null });
  const { imageMessage } = sent({ type: 'media', media: MEDIA, caption: 'c' }, { quote: QUOTE });
  assert.deepEqual(
    [imageMessage.caption, imageMessage.width, imageMessage.jpegThumbnail, imageMessage.fileLength],
    ['c', 3, 'AAEC', 9],
  );
  assert.deepEqual([imageMessage.mediaKey, imageMessage.contextInfo.stanzaId], [BYTES, 'M3']);
  assert.equal(of('gif').videoMessage.gifPlayback, true);
  assert.equal(of('video').videoMessage.gifPlayback, undefined);
  const { audioMessage: voice } = of('voice');
  assert.deepEqual([voice.ptt, voice.waveform, voice.seconds], [true, 'AQID', 5]);
  assert.equal(of('audio').audioMessage.ptt, false);
  assert.equal(of('document', { file_name: 'a.pdf' }).documentMessage.fileName, 'a.pdf');
  assert.equal(of('sticker').stickerMessage.width, 3);
});

test('what is about another message names it, and the envelope says so', () => {
  const { reactionMessage, messageContextInfo } = sent(
    { type: 'reaction', target: THEIRS, emoji: '👍' },
    {},
    GROUP,
  );
  assert.deepEqual(reactionMessage, {
    key: { remoteJid: GROUP, fromMe: false, id: 'M2', participant: BO },
    text: '👍',
  });
  assert.equal(messageContextInfo, undefined);
  const taken = sent({ type: 'reaction', target: OURS, emoji: '' });
  assert.equal(taken.reactionMessage.text, '');
  const { protocolMessage: edit } = sent({ type: 'edit', target: OURS, text: 'new' });
  assert.deepEqual([edit.type, edit.key.id, edit.editedMessage.extendedTextMessage.text], [14, 'M1', 'new']);
  const { protocolMessage: gone } = sent({ type: 'delete', target: OURS });
  assert.deepEqual([gone.type, gone.key], [0, { remoteJid: BO, fromMe: true, id: 'M1' }]);
  const edits = (/** @type {any} */ content, chat = BO) =>
    envelopeOf(payload(content), chat).additionalAttributes?.edit;
  assert.equal(edits({ type: 'edit', target: OURS, text: 'x' }), '1');
  assert.equal(edits({ type: 'delete', target: OURS }), '7');
  assert.equal(edits({ type: 'delete', target: OURS }, GROUP), '7');
  assert.equal(edits({ type: 'delete', target: THEIRS }, GROUP), '8');
  assert.equal(edits({ type: 'text', text: 'x' }), undefined);
});

test('when a message was made is said by what tells it, and is the same at every sending', () => {
  const at_ms = 1_700_000_000_123;
  const reaction = { type: 'reaction', target: OURS, emoji: '👍' };
  const edit = { type: 'edit', target: OURS, text: 'new' };
  const file = { type: 'media', media: MEDIA, caption: null };
  assert.equal(sent(reaction, { at_ms }).reactionMessage.senderTimestampMs, at_ms);
  assert.equal(sent(edit, { at_ms }).protocolMessage.timestampMs, at_ms);
  assert.equal(sent(file, { at_ms }).imageMessage.mediaKeyTimestamp, 1_700_000_000);
  assert(!('senderTimestampMs' in sent(reaction).reactionMessage));
  for (const wrong of [-1, 1.5, '1'])
    assert.match(payloadProblem(payload(reaction, { at_ms: wrong }), BO) ?? '', /at_ms/);
});

test('polls, places and cards', () => {
  const poll = { type: 'poll', question: 'Tea?', options: ['yes', 'no'], selectable: 1 };
  const made = sent(poll);
  assert.deepEqual(made.pollCreationMessageV3.options, [{ optionName: 'yes' }, { optionName: 'no' }]);
  assert.equal(Buffer.from(made.messageContextInfo.messageSecret, 'base64').toString('hex'), SECRET);
  assert.equal(sent({ ...poll, selectable: 0 }).pollCreationMessage.name, 'Tea?');
  assert.equal(envelopeOf(payload(poll), BO).additionalNodes?.[0].attrs.polltype, 'creation');
  const { locationMessage } = sent({
    type: 'location',
    latitude: 0,
    longitude: -180,
    name: 'Here',
    address: null,
  });
  assert.deepEqual(locationMessage, { degreesLatitude: 0, degreesLongitude: -180, name: 'Here' });
  const vcard = 'BEGIN:VCARD\nVERSION:3.0\nFN:Cy\nEND:VCARD';
  assert.deepEqual(sent({ type: 'contact', name: 'Cy', vcard }).contactMessage, { displayName: 'Cy', vcard });
});

test('what cannot be right is refused by the name of its field', () => {
  const poll = { type: 'poll', question: 'Tea?', options: ['yes', 'no'], selectable: 1 };
  /** @type {[any, string, string?][]} */
  const wrong = [
    [{ ...poll, options: ['yes'] }, 'options'],
    [{ ...poll, options: Array.from({ length: 13 }, (_, n) => `${n}`) }, 'options'],
    [{ ...poll, options: ['yes', 'yes'] }, 'options'],
    [{ ...poll, options: ['yes', ' '] }, 'options[1]'],
    [{ ...poll, selectable: 3 }, 'selectable'],
    [{ ...poll, question: '' }, 'question'],
    [{ type: 'media', media: { ...MEDIA, key: 'AAEC' }, caption: null }, 'media.key'],
    [{ type: 'media', media: { ...MEDIA, sha256: '?' }, caption: null }, 'media.sha256'],
    [{ type: 'media', media: { ...MEDIA, direct_path: 'x' }, caption: null }, 'media.direct_path'],
    [{ type: 'media', media: { ...MEDIA, kind: 'hologram' }, caption: null }, 'media.kind'],
    [{ type: 'media', media: { ...MEDIA, look: { ...LOOK, width: -1 } }, caption: null }, 'look.width'],
    [{ type: 'media', media: { ...MEDIA, kind: 'sticker' }, caption: 'c' }, 'caption'],
    [{ type: 'media', caption: null }, 'media'],
    [{ type: 'reaction', target: { ...THEIRS, participant: null }, emoji: 'x' }, 'target.participant', GROUP],
    [{ type: 'reaction', target: undefined, emoji: 'x' }, 'target.id'],
    [{ type: 'edit', target: THEIRS, text: 'x' }, 'target', GROUP],
    [{ type: 'edit', target: OURS, text: '' }, 'text'],
    [{ type: 'delete', target: THEIRS }, 'target'],
    [{ type: 'location', latitude: 90.1, longitude: 0, name: null, address: null }, 'latitude'],
    [{ type: 'location', latitude: 0, longitude: Number.NaN, name: null, address: null }, 'longitude'],
    [{ type: 'contact', name: '', vcard: 'x' }, 'name'],
    [{ type: 'hologram' }, 'kind'],
  ];
  for (const [content, field, chat = BO] of wrong) {
    const problem = payloadProblem(payload(content), chat) ?? assert.fail(JSON.stringify(content));
    assert(problem.includes(field), `${field}: ${problem}`);
  }
  assert.match(
    payloadProblem(payload({ type: 'text', text: 'x' }, { mentions: ['x'] }), BO) ?? '',
    /mentions/,
  );
  assert.match(
    payloadProblem(payload({ type: 'delete', target: OURS }, { quote: QUOTE }), BO) ?? '',
    /quote/,
  );
});
