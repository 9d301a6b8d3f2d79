// Pure: what a message that came in holds besides text and file: a place, cards, a poll, a vote, an
// event. All of it is what a stranger wrote, so every part has a bound.

import { cardOf } from './vcard.js';

/** @typedef {import('./protocol.gen.ts').Detail} Detail */

const MAX_NAME = 1_024;
const MAX_TEXT = 16_384;
const MAX_CARDS = 50;
/** WhatsApp's own clients offer twelve. */
const MAX_OPTIONS = 64;
const SECRET_BYTES = 32;
const MAX_VOTE_BYTES = 4_096;
const MAX_IV_BYTES = 64;
const MAX_U32 = 4_294_967_295;

/** @type {ReadonlyMap<string, (value: any, secret: unknown) => Detail | null>} */
const DETAILS = new Map(
  /** @type {[string, (value: any, secret: unknown) => Detail | null][]} */ ([
    ['locationMessage', value => placeOf(value, value.isLive === true, value.comment)],
    ['liveLocationMessage', value => placeOf(value, true, value.caption)],
    ['contactMessage', value => contactsOf([value])],
    ['contactsArrayMessage', value => contactsOf(value.contacts)],
    ['pollCreationMessage', pollOf],
    ['pollCreationMessageV2', pollOf],
    ['pollCreationMessageV3', pollOf],
    ['pollCreationMessageV5', pollOf],
    ['pollUpdateMessage', voteOf],
    ['eventMessage', eventOf],
  ]),
);

/**
 * @param {string} rawKind
 * @param {any} value the innermost content
 * @param {unknown} secret that came with the message
 * @returns {Detail | null} null too when what makes it up is missing
 */
export function detailOf(rawKind, value, secret) {
  return DETAILS.get(rawKind)?.(value, secret) ?? null;
}

/**
 * @param {any} poll
 * @returns {string[]} in order, as they were written: a vote names one by the hash of its words
 */
export function optionsOf({ options }) {
  if (!Array.isArray(options)) return [];
  const names = options.slice(0, MAX_OPTIONS).map(option => option?.optionName);
  return names.filter(name => typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME);
}

/** @param {any} value @param {boolean} live @param {unknown} caption @returns {Detail | null} */
function placeOf({ degreesLatitude, degreesLongitude, accuracyInMeters, name, address }, live, caption) {
  if (!isWithin(degreesLatitude, 90) || !isWithin(degreesLongitude, 180)) return null;
  const accuracy = Math.round(Number(accuracyInMeters ?? 0));
  return {
    type: 'location',
    latitude: degreesLatitude,
    longitude: degreesLongitude,
    accuracy_m: accuracy > 0 && accuracy <= MAX_U32 ? accuracy : null,
    name: start(name, MAX_NAME),
    address: start(address, MAX_NAME),
    caption: start(caption, MAX_TEXT),
    live,
  };
}

/** @param {unknown} contacts @returns {Detail | null} */
function contactsOf(contacts) {
  if (!Array.isArray(contacts) || contacts.length === 0) return null;
  return { type: 'contacts', cards: contacts.slice(0, MAX_CARDS).map(cardOf), total: contacts.length };
}

/** @param {any} poll @param {unknown} secret @returns {Detail | null} */
function pollOf(poll, secret) {
  const selectable = Number(poll.selectableOptionsCount ?? 0);
  return {
    type: 'poll',
    question: start(poll.name, MAX_TEXT) ?? '',
    options: optionsOf(poll),
    selectable: Number.isInteger(selectable) && selectable >= 0 && selectable <= MAX_U32 ? selectable : 0,
    secret:
      secret instanceof Uint8Array && secret.length === SECRET_BYTES
        ? Buffer.from(secret).toString('hex')
        : null,
  };
}

/** @param {any} value @returns {Detail | null} */
function voteOf({ vote }) {
  const payload = bytesOf(vote?.encPayload, MAX_VOTE_BYTES);
  const iv = bytesOf(vote?.encIv, MAX_IV_BYTES);
  return payload === null || iv === null ? null : { type: 'vote', payload, iv };
}

/** @param {any} value @returns {Detail | null} */
function eventOf({ name, description, startTime, isCanceled }) {
  const starts = Number(startTime ?? 0);
  return {
    type: 'event',
    name: start(name, MAX_NAME) ?? '',
    description: start(description, MAX_TEXT),
    starts: Number.isSafeInteger(starts) && starts > 0 ? starts : null,
    cancelled: isCanceled === true,
  };
}

/** @param {unknown} text @param {number} most @returns {string | null} */
function start(text, most) {
  return typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, most) : null;
}

/** @param {unknown} bytes @param {number} most */
function bytesOf(bytes, most) {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > most) return null;
  return Buffer.from(bytes).toString('base64');
}

/** @param {unknown} degrees @param {number} most */
function isWithin(degrees, most) {
  return typeof degrees === 'number' && Math.abs(degrees) <= most;
}
