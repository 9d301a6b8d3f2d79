// Pure: whom a message mentions and what it quotes. Ordinary messages keep that in one place; of
// buttons and cards, each picture in them may have its own.

import { plainJid } from './jid.js';

/**
 * @typedef {object} Context
 * @property {string[]} mentions without device, each once
 * @property {string | null} quotedId
 * @property {string | null} quotedSender without device
 * @property {any} quotedMessage
 */

/** As many as the largest group has members. */
const MAX_MENTIONS = 1_024;
const MAX_DEPTH = 5;
/** A message may be built to be walked for ever; a real one has a handful of parts. */
const MAX_PARTS = 500;

/**
 * @param {any} value the innermost content
 * @returns {Context}
 */
export function contextOf(value) {
  /** @type {any[]} */
  const contexts = [];
  collect(value, MAX_DEPTH, contexts, { left: MAX_PARTS });
  const quoting = contexts.find(context => context.stanzaId);
  const mentions = new Set();
  for (const jid of contexts.flatMap(context => context.mentionedJid ?? [])) {
    if (typeof jid === 'string' && mentions.size < MAX_MENTIONS) mentions.add(plainJid(jid));
  }
  return {
    mentions: [...mentions],
    quotedId: quoting ? String(quoting.stanzaId) : null,
    quotedSender: quoting?.participant ? plainJid(quoting.participant) : null,
    quotedMessage: quoting?.quotedMessage,
  };
}

/**
 * The nearest first. What is inside a context belongs to the quoted message, and is not walked.
 *
 * @param {any} part
 * @param {number} depth
 * @param {any[]} contexts
 * @param {{ left: number }} parts
 */
function collect(part, depth, contexts, parts) {
  if (part === null || typeof part !== 'object' || ArrayBuffer.isView(part) || parts.left === 0) return;
  parts.left -= 1;
  if (part.contextInfo) contexts.push(part.contextInfo);
  if (depth === 0) return;
  for (const key of Object.keys(part)) {
    if (key !== 'contextInfo') collect(part[key], depth - 1, contexts, parts);
  }
}
