// Pure: what a decrypted message holds. Wrappers (disappearing, view once, document with caption,
// edits, group status, bots and those still to come) are looked through; the innermost field names
// the kind.

import { contextOf } from './context.js';
import { detailOf, optionsOf } from './detail.js';
import { plainJid } from './jid.js';
import { mediaOf } from './media-ref.js';

/** @typedef {import('./protocol.gen.ts').ContentKind} ContentKind */
/** @typedef {import('./protocol.gen.ts').Quoted} Quoted */
/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('./protocol.gen.ts').Detail} Detail */
/** @typedef {import('baileys').proto.IMessage} IMessage */
/** @typedef {{ content: ContentKind, raw_kind: string, text: string | null, mentions: string[], quoted: Quoted | null, media: MediaRef | null, detail: Detail | null }} Content */

/** Fields beside the content that say nothing by themselves. */
const NOT_CONTENT = new Set([
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'messageContextInfo',
]);

const REVOKE = 0;
const MESSAGE_EDIT = 14;
const MAX_WRAPPERS = 6;
const MAX_RAW_KIND = 100;
/** Of a quoted message: enough to know it again, whatever was quoted. */
const MAX_QUOTED_CHARACTERS = 1_000;

/** @type {ReadonlyMap<string, [ContentKind, (value: any) => unknown]>} */
const KINDS = new Map(
  /** @type {[string, [ContentKind, (value: any) => unknown]][]} */ ([
    ['conversation', ['text', value => value]],
    ['extendedTextMessage', ['text', value => value.text]],
    ['buttonsResponseMessage', ['text', value => value.selectedDisplayText]],
    ['templateButtonReplyMessage', ['text', value => value.selectedDisplayText]],
    ['listResponseMessage', ['text', value => value.title || value.description]],
    ['interactiveResponseMessage', ['text', value => value.body?.text]],
    ['buttonsMessage', ['text', value => value.contentText || value.text]],
    ['listMessage', ['text', value => value.description || value.title]],
    ['interactiveMessage', ['text', interactiveText]],
    ['templateMessage', ['text', templateText]],
    ['highlyStructuredMessage', ['text', value => value.hydratedHsm && templateText(value.hydratedHsm)]],
    ['imageMessage', ['image', value => value.caption]],
    ['videoMessage', ['video', value => value.caption]],
    ['ptvMessage', ['video', value => value.caption]],
    ['audioMessage', ['audio', () => null]],
    ['documentMessage', ['document', value => value.caption]],
    ['stickerMessage', ['sticker', () => null]],
    ['contactMessage', ['contact', value => value.displayName]],
    ['contactsArrayMessage', ['contact', value => value.displayName]],
    ['locationMessage', ['location', value => value.name || value.address || value.comment]],
    ['liveLocationMessage', ['location', value => value.caption]],
    ['reactionMessage', ['reaction', value => value.text]],
    ['encReactionMessage', ['reaction', () => null]],
    ['pollCreationMessage', ['poll', pollText]],
    ['pollCreationMessageV2', ['poll', pollText]],
    ['pollCreationMessageV3', ['poll', pollText]],
    ['pollCreationMessageV5', ['poll', pollText]],
    ['pollUpdateMessage', ['poll_vote', () => null]],
    ['eventMessage', ['event', value => value.name]],
    ['groupInviteMessage', ['text', value => value.caption || value.groupName]],
  ]),
);

/** What the content points at, other than by quoting: the target of a reaction, vote, edit or deletion. */
const TARGETS = new Map(
  /** @type {[string, (value: any) => any][]} */ ([
    ['reactionMessage', value => value.key],
    ['encReactionMessage', value => value.targetMessageKey],
    ['pollUpdateMessage', value => value.pollCreationMessageKey],
    ['protocolMessage', value => value.key],
  ]),
);

/**
 * @param {IMessage} message
 * @returns {Content | undefined} undefined: it holds nothing but a sender key or context
 */
export function contentOf(message) {
  try {
    return readContent(message);
  } catch {
    // Built to break whoever reads it. It keeps its place, and says nothing.
    return {
      ...NOTHING,
      content: 'other',
      raw_kind: innermost(message, 0)?.[0].slice(0, MAX_RAW_KIND) ?? '',
    };
  }
}

/** @type {Omit<Content, 'content' | 'raw_kind'>} */
const NOTHING = { text: null, mentions: [], quoted: null, media: null, detail: null };

/** @param {IMessage} message @returns {Content | undefined} */
function readContent(message) {
  const said = saidIn(message);
  if (!said) return undefined;
  const { content, raw_kind, value, text } = said;
  const target = targetOf(raw_kind, value);
  if (raw_kind === 'protocolMessage') return protocolContent(value, target);
  // What is about another message has no context of its own.
  const context = TARGETS.has(raw_kind) ? undefined : contextOf(value);
  return {
    content,
    raw_kind,
    text,
    mentions: context?.mentions ?? [],
    quoted: context ? quotedOf(context) : target,
    media: mediaOf(raw_kind, value),
    detail: detailOf(raw_kind, value, said.secret),
  };
}

/**
 * What a message says by itself, without what it refers to.
 *
 * @param {IMessage} message
 * @returns {{ content: ContentKind, raw_kind: string, value: any, text: string | null, secret: unknown } | undefined}
 */
function saidIn(message) {
  const found = innermost(message, MAX_WRAPPERS);
  if (!found) return undefined;
  const [rawKind, value, secret] = found;
  const [content, text] = KINDS.get(rawKind) ?? ['other', () => null];
  return { content, raw_kind: rawKind, value, text: textOrNull(text(value)), secret };
}

/**
 * @param {any} message
 * @param {number} depth
 * @param {unknown} [outer] the secret that came with a wrapper
 * @returns {[string, any, unknown] | undefined}
 */
function innermost(message, depth, outer) {
  const secret = message.messageContextInfo?.messageSecret ?? outer;
  const name = Object.keys(message).find(
    key => !NOT_CONTENT.has(key) && message[key] !== null && message[key] !== undefined,
  );
  if (name === undefined) return undefined;
  const inner = message[name]?.message;
  if (depth > 0 && inner !== null && typeof inner === 'object')
    return innermost(inner, depth - 1, secret) ?? [name, message[name], secret];
  return [name, message[name], secret];
}

/** @param {any} value a `protocolMessage` @param {Quoted | null} quoted @returns {Content} */
function protocolContent(value, quoted) {
  const bare = { raw_kind: 'protocolMessage', text: null, mentions: [], quoted, media: null, detail: null };
  if (value.type === REVOKE) return { content: 'delete', ...bare };
  if (value.type !== MESSAGE_EDIT) return { content: 'other', ...bare };
  const edited = value.editedMessage ? saidIn(value.editedMessage) : undefined;
  if (!edited) return { content: 'edit', ...bare };
  return { content: 'edit', ...bare, text: edited.text, mentions: contextOf(edited.value).mentions };
}

/** @param {import('./context.js').Context} context @returns {Quoted | null} */
function quotedOf({ quotedId, quotedSender, quotedMessage }) {
  if (quotedId === null) return null;
  const said = quotedMessage ? saidIn(quotedMessage)?.text : null;
  return {
    id: quotedId,
    sender: quotedSender,
    text: said ? firstCharacters(said, MAX_QUOTED_CHARACTERS) : null,
  };
}

/** @param {string} rawKind @param {any} value @returns {Quoted | null} */
function targetOf(rawKind, value) {
  const key = TARGETS.get(rawKind)?.(value);
  if (!key?.id) return null;
  const sender =
    typeof key.participant === 'string' && key.participant !== '' ? plainJid(key.participant) : null;
  return { id: String(key.id), sender, text: null };
}

/** @param {any} poll the question, and each option on a line of its own */
function pollText(poll) {
  const question = typeof poll.name === 'string' ? poll.name.trim() : '';
  return [question, ...optionsOf(poll).map(option => `- ${option.trim()}`)].join('\n');
}

/** @param {any} value @returns {unknown} */
function templateText({ hydratedTemplate, hydratedFourRowTemplate, interactiveMessageTemplate }) {
  const own = hydratedTemplate?.hydratedContentText || hydratedFourRowTemplate?.hydratedContentText;
  return own || (interactiveMessageTemplate && interactiveText(interactiveMessageTemplate));
}

/** @param {any} value @returns {unknown} */
function interactiveText({ header, body, carouselMessage }) {
  const cards = Array.isArray(carouselMessage?.cards) ? carouselMessage.cards : [];
  const texts = [body?.text || header?.title, ...cards.map((/** @type {any} */ card) => card?.body?.text)];
  return texts.filter(Boolean).join('\n');
}

/** @param {string} text @param {number} most never half a character */
function firstCharacters(text, most) {
  if (text.length <= most) return text;
  let end = 0;
  let count = 0;
  for (const character of text) {
    if (count === most) break;
    count += 1;
    end += character.length;
  }
  return text.slice(0, end);
}

/** @param {unknown} value */
function textOrNull(value) {
  return typeof value === 'string' && value !== '' ? value : null;
}
