import { randomBytes } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { mediaMessage } from './media-message.js';
import { isMedia } from './media-sender.js';
import { ApiError } from './people.js';
import { OTHER_KINDS, otherKind, wrapped } from './places-and-people.js';

const { Type } = proto.Message.ProtocolMessage;

/** Who cannot read a reaction shows nothing at all. */
const HIDDEN = { 'decrypt-fail': 'hide' };
const EDITED = '1';
const DELETED = '7';
const DELETED_BY_ADMIN = '8';

/**
 * Makes what a person says out of a request to POST /messages.
 * @param {import('./server.js').Server} server
 * @param {any} request
 * @param {{person: import('./people.js').Person, chatJid: string, inGroup: boolean, addressing: string,
 *   peer: import('./people.js').Person | undefined}} place who speaks, where, and to whom if not in a group
 * @returns {{message: any, attrs: {[name: string]: string}, encAttrs?: {[name: string]: string}, facts?: object}}
 */
export function makeMessage(server, request, place) {
  const made = unwrapped(server, request, place);
  return request.wrap ? { ...made, message: wrapped(made.message, request.wrap) } : made;
}

function unwrapped(server, request, place) {
  const { people } = server;
  const { kind = 'text', text = '', content } = request;
  if (content) return { message: proto.Message.fromObject(content), attrs: { type: typeOf(content) } };
  const contextInfo = contextOf(people, request, place);
  if (isMedia(request)) return mediaMessage(server.media, request, contextInfo);
  if (OTHER_KINDS.includes(kind)) {
    return { message: otherKind(request, contextInfo), attrs: { type: kind === 'event' ? 'event' : 'text' } };
  }
  if (kind === 'poll') return { message: poll(request, contextInfo), attrs: { type: 'poll' } };
  if (kind === 'buttons') return { message: buttons(request, contextInfo), attrs: { type: 'text' } };
  if (kind === 'vote') return { message: vote(server, request, place), attrs: { type: 'poll' } };
  if (kind !== 'text') return about(people, request, place);
  return { message: written(text, contextInfo), attrs: { type: 'text' } };
}

/** @returns {object | undefined} whom a message mentions and what it replies to */
function contextOf(people, { mentions = undefined, quote = undefined }, place) {
  if (!mentions && !quote) return undefined;
  const contextInfo = {};
  if (mentions) contextInfo.mentionedJid = mentions.map(phone => people.put(phone).jidIn(place.addressing));
  if (quote) Object.assign(contextInfo, quoted(people, quote, place));
  return contextInfo;
}

function written(text, contextInfo) {
  return contextInfo ? { extendedTextMessage: { text, contextInfo } } : { conversation: text };
}

function poll({ text: name = '', options = ['yes', 'no'], selectable = 1 }, contextInfo) {
  const choices = options.map(optionName => ({ optionName }));
  const poll = { name, options: choices, selectableOptionsCount: selectable, contextInfo };
  return { messageContextInfo: { messageSecret: randomBytes(32) }, pollCreationMessageV3: poll };
}

/** Encrypted under the addresses of voter and author, which may be of another sort than the chat's. */
function vote({ polls }, { target, options = [], voter_as, creator_as }, place) {
  const { person, addressing } = place;
  const { poll, vote } = polls.vote(target, options, {
    voter: person.jidIn(voter_as ?? addressing),
    creator: author => author.jidIn(creator_as ?? addressing),
  });
  const pollCreationMessageKey = keyOf(target, poll.creator, place);
  return { pollUpdateMessage: { pollCreationMessageKey, vote, senderTimestampMs: Date.now() } };
}

function buttons({ text: contentText = '', options = ['yes', 'no'] }, contextInfo) {
  const shown = options.map(displayText => ({ buttonId: displayText, buttonText: { displayText }, type: 1 }));
  return { buttonsMessage: { contentText, buttons: shown, headerType: 1, contextInfo } };
}

const POLLS = [
  'pollCreationMessage',
  'pollCreationMessageV2',
  'pollCreationMessageV3',
  'pollCreationMessageV5',
];

/** What a phone writes beside the encrypted content, which it also does for content in a wrapper. */
function typeOf(content) {
  const [name] = Object.keys(content).filter(key => key !== 'messageContextInfo');
  const inner = content[name]?.message;
  if (inner && typeof inner === 'object') return typeOf(inner);
  if (name === 'reactionMessage') return 'reaction';
  if (name === 'pollUpdateMessage' || POLLS.includes(name)) return 'poll';
  const media = ['image', 'video', 'audio', 'document', 'sticker', 'ptv'];
  return media.some(kind => name === `${kind}Message`) ? 'media' : 'text';
}

/** @returns the part of a contextInfo that names an earlier message */
function quoted(people, { id, from, text }, { addressing }) {
  if (!id || !from) {
    throw new ApiError(400, 'missing_field', 'a quote needs id and from', 'name message and author');
  }
  const author = people.put(from);
  const quotedMessage = { conversation: text ?? people.textOf(id) ?? '' };
  return { stanzaId: id, participant: author.jidIn(addressing), quotedMessage };
}

/** A reaction to a message, an edit of it, or its removal. */
function about(people, { kind, target, target_from: targetFrom, text = '', mentions }, place) {
  if (!['reaction', 'edit', 'delete'].includes(kind)) {
    const next = `use text, poll, vote, buttons, reaction, edit, delete, a kind of media, or ${OTHER_KINDS.join(', ')}`;
    throw new ApiError(400, 'bad_mode', `no kind ${kind}`, next);
  }
  if (!target) throw new ApiError(400, 'missing_field', `${kind} needs a target`, 'give the id of a message');
  const { person } = place;
  const author = targetFrom
    ? people.put(targetFrom)
    : (kind === 'reaction' && people.authorOf(target)) || person;
  const key = keyOf(target, author, place);
  if (kind === 'reaction') {
    const reactionMessage = { key, text, senderTimestampMs: Date.now() };
    return { message: { reactionMessage }, attrs: { type: 'reaction' }, encAttrs: HIDDEN };
  }
  if (kind === 'edit') {
    const protocolMessage = {
      key,
      type: Type.MESSAGE_EDIT,
      editedMessage: written(text, contextOf(people, { mentions }, place)),
      timestampMs: Date.now(),
    };
    return { message: { protocolMessage }, attrs: { type: 'text', edit: EDITED } };
  }
  const edit = author === person ? DELETED : DELETED_BY_ADMIN;
  return { message: { protocolMessage: { key, type: Type.REVOKE } }, attrs: { type: 'text', edit } };
}

/** A message's key as its reader's phone would name it: seen from the speaker. */
function keyOf(id, author, { person, chatJid, inGroup, addressing, peer }) {
  const remoteJid = inGroup ? chatJid : (peer ?? person).jidIn(addressing);
  const key = { remoteJid, fromMe: author === person, id };
  if (inGroup && author !== person) Object.assign(key, { participant: author.jidIn(addressing) });
  return key;
}
