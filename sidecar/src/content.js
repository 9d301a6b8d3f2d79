// Pure: what a decrypted message holds. Wrappers (disappearing, view once, document with caption,
// edits and those still to come) are looked through; the innermost field names the kind.

/** @typedef {import('./protocol.gen.ts').ContentKind} ContentKind */
/** @typedef {import('./protocol.gen.ts').Quoted} Quoted */
/** @typedef {import('baileys').proto.IMessage} IMessage */
/** @typedef {{ content: ContentKind, raw_kind: string, text: string | null, mentions: string[], quoted: Quoted | null }} Content */

/** Fields beside the content that say nothing by themselves. */
const NOT_CONTENT = new Set([
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'messageContextInfo',
]);

const REVOKE = 0;
const MESSAGE_EDIT = 14;
const MAX_WRAPPERS = 6;

/** @type {ReadonlyMap<string, [ContentKind, (value: any) => unknown]>} */
const KINDS = new Map(
  /** @type {[string, [ContentKind, (value: any) => unknown]][]} */ ([
    ['conversation', ['text', value => value]],
    ['extendedTextMessage', ['text', value => value.text]],
    ['buttonsResponseMessage', ['text', value => value.selectedDisplayText]],
    ['templateButtonReplyMessage', ['text', value => value.selectedDisplayText]],
    ['listResponseMessage', ['text', value => value.title]],
    ['interactiveResponseMessage', ['text', value => value.body?.text]],
    ['buttonsMessage', ['text', value => value.contentText]],
    ['listMessage', ['text', value => value.description]],
    ['interactiveMessage', ['text', value => value.body?.text]],
    ['templateMessage', ['text', value => value.hydratedTemplate?.hydratedContentText]],
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
    ['pollCreationMessage', ['poll', value => value.name]],
    ['pollCreationMessageV2', ['poll', value => value.name]],
    ['pollCreationMessageV3', ['poll', value => value.name]],
    ['pollCreationMessageV5', ['poll', value => value.name]],
    ['pollUpdateMessage', ['poll_vote', () => null]],
    ['eventMessage', ['event', value => value.name]],
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
  const found = innermost(message, MAX_WRAPPERS);
  if (!found) return undefined;
  const [rawKind, value] = found;
  const context = value?.contextInfo;
  const quoted = quotedOf(context) ?? targetOf(rawKind, value);
  if (rawKind === 'protocolMessage') return protocolContent(value, quoted);
  const [kind, text] = KINDS.get(rawKind) ?? ['other', () => null];
  return {
    content: kind,
    raw_kind: rawKind,
    text: textOrNull(text(value)),
    mentions: strings(context?.mentionedJid),
    quoted,
  };
}

/**
 * @param {any} message
 * @param {number} depth
 * @returns {[string, any] | undefined}
 */
function innermost(message, depth) {
  const name = Object.keys(message).find(
    key => !NOT_CONTENT.has(key) && message[key] !== null && message[key] !== undefined,
  );
  if (name === undefined) return undefined;
  const inner = message[name]?.message;
  if (depth > 0 && inner !== null && typeof inner === 'object')
    return innermost(inner, depth - 1) ?? [name, message[name]];
  return [name, message[name]];
}

/** @param {any} value a `protocolMessage` @param {Quoted | null} quoted @returns {Content} */
function protocolContent(value, quoted) {
  const bare = { raw_kind: 'protocolMessage', text: null, mentions: [], quoted };
  if (value.type === REVOKE) return { content: 'delete', ...bare };
  if (value.type !== MESSAGE_EDIT) return { content: 'other', ...bare };
  const edited = value.editedMessage ? contentOf(value.editedMessage) : undefined;
  return { content: 'edit', ...bare, text: edited?.text ?? null, mentions: edited?.mentions ?? [] };
}

/** @param {any} context @returns {Quoted | null} */
function quotedOf(context) {
  if (!context?.stanzaId) return null;
  return { id: String(context.stanzaId), sender: context.participant || null };
}

/** @param {string} rawKind @param {any} value @returns {Quoted | null} */
function targetOf(rawKind, value) {
  const key = TARGETS.get(rawKind)?.(value);
  return key?.id ? { id: String(key.id), sender: key.participant || null } : null;
}

/** @param {unknown} value @returns {string[]} */
function strings(value) {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

/** @param {unknown} value */
function textOrNull(value) {
  return typeof value === 'string' && value !== '' ? value : null;
}
