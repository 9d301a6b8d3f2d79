import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf } from '../src/content.js';
import { originOf, receiptOf, serverAnswer } from '../src/stanza.js';

const SELF = { jid: '15550100001:3@s.whatsapp.net', lid: '100200300400500:3@lid' };
const BO = '15550100002@s.whatsapp.net';
const BO_LID = '200300400500600@lid';

/** @type {[string, object, string, string, string | null][]} */
const CONTENTS = [
  ['plain text', { conversation: 'hi' }, 'text', 'conversation', 'hi'],
  [
    'text beside a sender key',
    { senderKeyDistributionMessage: {}, conversation: 'hi' },
    'text',
    'conversation',
    'hi',
  ],
  [
    'text beside context',
    { messageContextInfo: {}, extendedTextMessage: { text: 'hi' } },
    'text',
    'extendedTextMessage',
    'hi',
  ],
  ['disappearing', { ephemeralMessage: { message: { conversation: 'hi' } } }, 'text', 'conversation', 'hi'],
  [
    'view once',
    { viewOnceMessageV2: { message: { imageMessage: { caption: 'c' } } } },
    'image',
    'imageMessage',
    'c',
  ],
  [
    'document with caption',
    { documentWithCaptionMessage: { message: { documentMessage: { caption: 'c' } } } },
    'document',
    'documentMessage',
    'c',
  ],
  ['video', { videoMessage: {} }, 'video', 'videoMessage', null],
  ['voice note', { audioMessage: { ptt: true } }, 'audio', 'audioMessage', null],
  ['sticker', { stickerMessage: {} }, 'sticker', 'stickerMessage', null],
  ['contact', { contactMessage: { displayName: 'Cy' } }, 'contact', 'contactMessage', 'Cy'],
  ['place', { locationMessage: { name: 'Here' } }, 'location', 'locationMessage', 'Here'],
  ['poll', { pollCreationMessageV3: { name: 'Tea?' } }, 'poll', 'pollCreationMessageV3', 'Tea?'],
  [
    'wrapped poll',
    { pollCreationMessageV4: { message: { pollCreationMessage: { name: 'Tea?' } } } },
    'poll',
    'pollCreationMessage',
    'Tea?',
  ],
  [
    'vote',
    { pollUpdateMessage: { pollCreationMessageKey: { id: 'P' } } },
    'poll_vote',
    'pollUpdateMessage',
    null,
  ],
  [
    'poll with options',
    { pollCreationMessage: { name: 'Tea?', options: [{ optionName: 'yes' }, { optionName: 'no' }] } },
    'poll',
    'pollCreationMessage',
    'Tea?\n- yes\n- no',
  ],
  [
    'list',
    { listMessage: { title: 'Menu', description: 'Choose one' } },
    'text',
    'listMessage',
    'Choose one',
  ],
  [
    'old template',
    { highlyStructuredMessage: { hydratedHsm: { hydratedTemplate: { hydratedContentText: 'hi' } } } },
    'text',
    'highlyStructuredMessage',
    'hi',
  ],
  [
    'template with cards',
    { templateMessage: { interactiveMessageTemplate: { body: { text: 'hi' } } } },
    'text',
    'templateMessage',
    'hi',
  ],
  [
    'cards',
    {
      interactiveMessage: {
        carouselMessage: { cards: [{ body: { text: 'one' } }, { body: { text: 'two' } }] },
      },
    },
    'text',
    'interactiveMessage',
    'one\ntwo',
  ],
  ['calendar event', { eventMessage: { name: 'Tea' } }, 'event', 'eventMessage', 'Tea'],
  [
    'button',
    { buttonsResponseMessage: { selectedDisplayText: 'Yes' } },
    'text',
    'buttonsResponseMessage',
    'Yes',
  ],
  ['reaction', { reactionMessage: { text: '👍', key: { id: 'M' } } }, 'reaction', 'reactionMessage', '👍'],
  ['deletion', { protocolMessage: { type: 0, key: { id: 'M' } } }, 'delete', 'protocolMessage', null],
  [
    'edit',
    {
      editedMessage: {
        message: { protocolMessage: { type: 14, key: { id: 'M' }, editedMessage: { conversation: 'new' } } },
      },
    },
    'edit',
    'protocolMessage',
    'new',
  ],
  ['timer', { protocolMessage: { type: 3 } }, 'other', 'protocolMessage', null],
  ['something new', { holographicMessage: { text: 'x' } }, 'other', 'holographicMessage', null],
  ['an empty wrapper', { ephemeralMessage: { message: {} } }, 'other', 'ephemeralMessage', null],
];

test('each kind of content is named', () => {
  for (const [name, message, kind, rawKind, text] of CONTENTS) {
    const content = contentOf(/** @type {any} */ (message));
    assert.deepEqual([content?.content, content?.raw_kind, content?.text], [kind, rawKind, text], name);
  }
});

test('a sender key or context alone is no content', () => {
  assert.equal(contentOf({ senderKeyDistributionMessage: {}, messageContextInfo: {} }), undefined);
  assert.equal(contentOf({}), undefined);
});

test('reactions, edits and replies say what they are about', () => {
  const bare = { id: 'M', sender: null, text: null };
  assert.deepEqual(contentOf({ reactionMessage: { text: 'x', key: { id: 'M', participant: BO } } })?.quoted, {
    id: 'M',
    sender: BO,
    text: null,
  });
  assert.deepEqual(contentOf({ protocolMessage: { type: 0, key: { id: 'M' } } })?.quoted, bare);
  assert.deepEqual(
    contentOf({ extendedTextMessage: { text: 'x', contextInfo: { stanzaId: 'M' } } })?.quoted,
    bare,
  );
  const editedReply = { extendedTextMessage: { text: 'x', contextInfo: { stanzaId: 'ANOTHER' } } };
  const edit = { protocolMessage: { type: 14, key: { id: 'M' }, editedMessage: editedReply } };
  assert.deepEqual(contentOf(edit)?.quoted, bare, 'the message that is edited');
});

/** @param {object} quotedMessage */
const quoting = quotedMessage => {
  const contextInfo = { stanzaId: 'M', participant: `${BO.replace('@', ':4@')}`, quotedMessage };
  return contentOf({ extendedTextMessage: { text: 'x', contextInfo } })?.quoted;
};

test('a reply brings what it replies to, whatever that was', () => {
  assert.deepEqual(quoting({ conversation: 'was' }), { id: 'M', sender: BO, text: 'was' });
  assert.equal(quoting({ imageMessage: { caption: 'a picture' } })?.text, 'a picture');
  assert.equal(quoting({ ephemeralMessage: { message: { conversation: 'was' } } })?.text, 'was');
  assert.equal(quoting({ pollCreationMessageV3: { name: 'Tea?' } })?.text, 'Tea?');
  assert.equal(quoting({ audioMessage: {} })?.text, null);
  assert.equal(quoting({})?.text, null);
});

test('of a long quote, the first thousand characters, each of them whole', () => {
  assert.equal(quoting({ conversation: '🙂'.repeat(1_000) })?.text, '🙂'.repeat(1_000));
  assert.equal(quoting({ conversation: `a${'🙂'.repeat(1_200)}` })?.text, `a${'🙂'.repeat(999)}`);
});

/** @param {Record<string, string>} attrs */
const origin = attrs => originOf({ tag: 'message', attrs: { id: 'A', t: '5', ...attrs } }, SELF);

test('who wrote, and where: direct, by number and by hidden id', () => {
  const byNumber = origin({ from: '15550100002:9@s.whatsapp.net', sender_lid: BO_LID, notify: 'Bo' });
  assert.deepEqual(byNumber, {
    id: 'A',
    chat: BO,
    chat_alt: BO_LID,
    sender: BO,
    sender_alt: BO_LID,
    from_me: false,
    push_name: 'Bo',
    timestamp: 5,
    offline: false,
  });
  const byLid = origin({ from: BO_LID, sender_pn: BO, offline: '0' });
  assert.deepEqual([byLid?.chat, byLid?.chat_alt, byLid?.offline], [BO_LID, BO, true]);
  assert.equal(origin({ from: BO_LID })?.chat_alt, null);
});

test('what the owner writes on the phone belongs to the recipient’s chat', () => {
  const written = origin({ from: '15550100001@s.whatsapp.net', recipient: BO, recipient_lid: BO_LID });
  assert.deepEqual(
    [written?.chat, written?.chat_alt, written?.sender, written?.sender_alt, written?.from_me],
    [BO, BO_LID, '15550100001@s.whatsapp.net', '100200300400500@lid', true],
  );
  assert.equal(origin({ from: '100200300400500:8@lid' })?.from_me, true);
});

test('a stanza the library would refuse has no origin', () => {
  assert.equal(origin({ from: BO, recipient: SELF.jid }), undefined);
  assert.equal(origin({ from: '120363000000000001@g.us' }), undefined);
  assert.equal(origin({ from: 'nonsense' }), undefined);
});

test('a bad time does not break the frame', () => {
  for (const t of ['soon', '-1', '1e99', '']) assert.equal(origin({ from: BO, t })?.timestamp, 0);
});

test('receipts of others about our messages, not our own devices’', () => {
  /** @param {Record<string, string>} attrs @param {any} [content] */
  const receipt = (attrs, content) =>
    receiptOf({ tag: 'receipt', attrs: { id: 'M1', ...attrs }, content }, SELF);
  const list = [{ tag: 'list', attrs: {}, content: [{ tag: 'item', attrs: { id: 'M2' } }] }];
  assert.deepEqual(receipt({ from: BO, type: 'read' }, list), {
    type: 'receipt',
    ids: ['M1', 'M2'],
    chat: BO,
    participant: null,
    status: 'read',
  });
  const inGroup = receipt({ from: '120363000000000001@g.us', participant: '15550100002:4@s.whatsapp.net' });
  assert.equal(inGroup?.type === 'receipt' && inGroup.participant, BO);
  assert.equal(receipt({ from: SELF.jid, recipient: BO, type: 'read' }), undefined);
  assert.equal(receipt({ from: SELF.lid }), undefined);
  assert.equal(receipt({ from: BO, type: 'retry' }), undefined);
});

test('an ack without a usable error code still fails the message', () => {
  const answer = serverAnswer({ tag: 'ack', attrs: { id: 'M', from: BO, error: 'x' } });
  assert.deepEqual(answer, { type: 'send_error', id: 'M', chat: BO, code: 0 });
});
