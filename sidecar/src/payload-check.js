// Pure: can this be sent? Everything that a message is made of is looked at before any of it is.

import { isForeignId, mediaRefProblem, textOrNullProblem, textProblem } from './checks.js';
import { isGroup, isPerson } from './jid.js';

/** @typedef {import('./protocol.gen.ts').Payload} Payload */
/** @typedef {import('./protocol.gen.ts').Outgoing} Outgoing */
/** @typedef {import('./checks.js').Problem} Problem */

const MAX_TEXT = 65_536;
const SECRET = /^[0-9a-fA-F]{64}$/;
const MAX_NAME = 1_024;
const MAX_EMOJI = 64;
const MIN_OPTIONS = 2;
const MAX_OPTIONS = 12;
/** As many as the largest group has members. */
const MAX_MENTIONS = 1_024;
/** These show their caption nowhere. */
const SILENT = new Set(['audio', 'voice', 'sticker']);
/** These are about another message already. */
const WITHOUT_CONTEXT = new Set(['reaction', 'delete']);

/**
 * @param {Payload | undefined} payload as it came over the wire
 * @param {string} chat a person or a group
 * @returns {Problem}
 */
export function payloadProblem(payload, chat) {
  const { content, secret, mentions, quote, at_ms: atMs } = payload ?? {};
  if (!content) return 'content is missing';
  const problem = contentProblem(content, chat);
  if (problem) return problem;
  if (typeof secret !== 'string' || !SECRET.test(secret)) return 'secret is not 64 hex digits';
  if (atMs !== null && atMs !== undefined && !(Number.isSafeInteger(atMs) && Number(atMs) >= 0))
    return 'at_ms is not a time';
  const mentioning = mentions !== undefined && mentions !== null && mentionsProblem(mentions);
  if (mentioning) return mentioning;
  if (WITHOUT_CONTEXT.has(content.type) && (quote || mentions?.length))
    return `a ${content.type} can neither quote nor mention`;
  if (!quote) return undefined;
  if (content.type === 'edit') return 'an edit cannot quote';
  if (!isForeignId(quote.id)) return 'quote.id is not a message id';
  if (typeof quote.sender !== 'string' || !isPerson(quote.sender)) return 'quote.sender is not a person';
  return textOrNullProblem('quote.text', quote.text ?? 0, MAX_TEXT);
}

/** @param {Outgoing} content @param {string} chat @returns {Problem} */
function contentProblem(content, chat) {
  switch (content.type) {
    case 'text':
      return content.text === '' ? 'text is empty' : bodyProblem(content.text);
    case 'media':
      if (SILENT.has(content.media?.kind) && content.caption)
        return `a ${content.media.kind} shows no caption`;
      return mediaRefProblem(content.media) ?? textOrNullProblem('caption', content.caption, MAX_TEXT);
    case 'reaction':
      if (typeof content.emoji !== 'string' || content.emoji.length > MAX_EMOJI)
        return 'emoji is not an emoji';
      return targetProblem(content.target, chat);
    case 'poll':
      return pollProblem(content);
    case 'edit':
      if (content.target?.from_me === false)
        return 'target was not written by this account and cannot be edited';
      return targetProblem(content.target, chat) ?? bodyProblem(content.text);
    case 'delete':
      if (content.target?.from_me === false && !isGroup(chat))
        return 'target was written by the other side of a direct chat and cannot be taken back';
      return targetProblem(content.target, chat);
    case 'location':
      if (!isWithin(content.latitude, 90)) return 'latitude is not within −90 and 90';
      if (!isWithin(content.longitude, 180)) return 'longitude is not within −180 and 180';
      return (
        textOrNullProblem('name', content.name, MAX_NAME) ??
        textOrNullProblem('address', content.address, MAX_NAME)
      );
    case 'contact':
      return textProblem('name', content.name, MAX_NAME) ?? textProblem('vcard', content.vcard, MAX_TEXT);
    default:
      return 'this kind of content cannot be sent';
  }
}

/** @param {unknown} text @returns {Problem} */
function bodyProblem(text) {
  if (typeof text !== 'string' || text === '') return 'text is empty';
  return text.length > MAX_TEXT ? 'text is too long for WhatsApp' : undefined;
}

/** @param {Extract<Outgoing, { type: 'poll' }>} poll @returns {Problem} */
function pollProblem({ question, options, selectable }) {
  const asked = textProblem('question', question, MAX_NAME);
  if (asked) return asked;
  if (!Array.isArray(options) || options.length < MIN_OPTIONS || options.length > MAX_OPTIONS)
    return `options are not ${MIN_OPTIONS} to ${MAX_OPTIONS}`;
  for (const [index, option] of options.entries()) {
    const problem = textProblem(`options[${index}]`, option, MAX_NAME);
    if (problem) return problem;
  }
  // A vote names its choice by the hash of the words.
  if (new Set(options).size < options.length) return 'options holds the same words twice';
  const countable = Number.isInteger(selectable) && selectable >= 0 && selectable <= options.length;
  return countable ? undefined : 'selectable is more than there are options';
}

/** @param {import('./protocol.gen.ts').MessageKey | undefined} target @param {string} chat @returns {Problem} */
function targetProblem(target, chat) {
  const { id, from_me: fromMe, participant } = target ?? {};
  if (!isForeignId(id)) return 'target.id is not a message id';
  if (typeof fromMe !== 'boolean') return 'target.from_me is missing';
  if (!isGroup(chat) || fromMe)
    return participant === null || participant === undefined || isPersonText(participant)
      ? undefined
      : 'target.participant is not a person';
  return isPersonText(participant)
    ? undefined
    : 'target.participant is needed for a message of somebody in a group';
}

/** @param {unknown} mentions @returns {Problem} */
function mentionsProblem(mentions) {
  if (!Array.isArray(mentions) || mentions.length > MAX_MENTIONS)
    return `mentions is not a list of at most ${MAX_MENTIONS}`;
  return mentions.every(isPersonText) ? undefined : 'mentions holds something else than persons';
}

/** @param {unknown} jid */
function isPersonText(jid) {
  return typeof jid === 'string' && isPerson(jid);
}

/** @param {unknown} degrees @param {number} most */
function isWithin(degrees, most) {
  return typeof degrees === 'number' && Math.abs(degrees) <= most;
}
