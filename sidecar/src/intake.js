// The message stanzas that arrived and are not finished. The library queues them without a bound
// behind the one that awaits its ack; this keeps count, so that the process can give up before
// memory does, and tells which stanza a ciphertext belongs to (the buffer that reaches decryption
// is the very object inside the stanza). A backlog comes faster than it can be committed, so above
// a mark the connection is not read for a while; only when the gateway commits nothing at all does
// the bound end the process.

import { encryptedParts, originOf } from './stanza.js';

/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {import('./protocol.gen.ts').Origin} Origin */
/** @typedef {import('./stanza.js').Self} Self */

/**
 * @typedef {object} Stanza
 * @property {BinaryNode} node
 * @property {Origin} origin
 * @property {boolean} peer from our own phone to this device, not to a chat
 * @property {number} bytes
 * @property {number} arrivedAt
 */

/** @typedef {{ stanza: Stanza, type: string, laterTypes: string[] }} Part */

const DECRYPTED_TYPES = new Set(['pkmsg', 'msg', 'skmsg']);
const REMEMBERED_ORIGINS = 500;
/** Of the bound, what may wait before reading pauses; half of that before it goes on. */
const PAUSE_SHARE = 1 / 4;
/** Nothing finished for this long while paused: the gateway is not merely slow. */
const STUCK_MS = 3_000;

export class Intake {
  /** @type {WeakMap<Uint8Array, Part>} */
  #parts = new WeakMap();
  /** @type {Set<Stanza>} */
  #unfinished = new Set();
  #bytes = 0;
  /** @type {Map<string, Origin>} */
  #origins = new Map();
  #limits;
  #onOverflow;
  #pauseReading;
  #onProgress;
  #reading = true;
  /** Reading no longer pauses, until something is finished. */
  #stuck = false;
  /** @type {NodeJS.Timeout | undefined} */
  #stuckTimer;

  /**
   * @param {object} options
   * @param {{ max_held_stanzas: number, max_held_bytes: number }} options.limits
   * @param {() => void} options.onOverflow
   * @param {(pause: boolean) => void} [options.pauseReading] of the connection, and goes on with `false`
   * @param {() => void} [options.onProgress] something was finished
   */
  constructor({ limits, onOverflow, pauseReading = () => {}, onProgress = () => {} }) {
    this.#limits = limits;
    this.#onOverflow = onOverflow;
    this.#pauseReading = pauseReading;
    this.#onProgress = onProgress;
  }

  /**
   * @param {BinaryNode} node a `message` stanza, before the library sees it
   * @param {Self} self
   * @returns {Origin | undefined} of a message that the library turns away unread
   */
  arrived(node, self) {
    const origin = originOf(node, self);
    if (!origin) return undefined;
    const encrypted = encryptedParts(node);
    if (encrypted[0]?.attrs.type === 'msmsg') return origin;
    const parts = encrypted.filter(part => DECRYPTED_TYPES.has(part.attrs.type ?? ''));
    if (parts.length === 0) return undefined;
    const bytes = parts.reduce((sum, part) => sum + contentLength(part), 0);
    const stanza = {
      node,
      origin,
      peer: node.attrs.category === 'peer',
      bytes,
      arrivedAt: performance.now(),
    };
    for (const [index, part] of parts.entries()) {
      const laterTypes = parts.slice(index + 1).map(later => later.attrs.type ?? '');
      this.#parts.set(/** @type {Uint8Array} */ (part.content), {
        stanza,
        type: part.attrs.type ?? '',
        laterTypes,
      });
    }
    this.#unfinished.add(stanza);
    this.#bytes += bytes;
    // The one that awaits its ack is not behind itself.
    const { max_held_stanzas, max_held_bytes } = this.#limits;
    if (this.#unfinished.size - 1 > max_held_stanzas || this.#bytes - bytes > max_held_bytes)
      this.#onOverflow();
    else if (this.#reading && !this.#stuck && this.#isAbove(PAUSE_SHARE)) this.#pause();
    return undefined;
  }

  /**
   * @param {Uint8Array} ciphertext
   * @returns {Part | undefined}
   */
  partOf(ciphertext) {
    return this.#parts.get(ciphertext);
  }

  /** @param {Stanza} stanza its last part was decrypted, or could not be */
  finished(stanza) {
    if (!this.#unfinished.delete(stanza)) return;
    this.#bytes -= stanza.bytes;
    this.#stuck = false;
    this.#onProgress();
    if (this.#reading) return;
    if (this.#isAbove(PAUSE_SHARE / 2)) this.#watchStuck();
    else this.#goOn();
  }

  /** @param {number} share of the bound */
  #isAbove(share) {
    const { max_held_stanzas, max_held_bytes } = this.#limits;
    return this.#unfinished.size > max_held_stanzas * share || this.#bytes > max_held_bytes * share;
  }

  #pause() {
    this.#reading = false;
    this.#pauseReading(true);
    this.#watchStuck();
  }

  #goOn() {
    clearTimeout(this.#stuckTimer);
    this.#reading = true;
    this.#pauseReading(false);
  }

  #watchStuck() {
    clearTimeout(this.#stuckTimer);
    this.#stuckTimer = setTimeout(() => {
      this.#stuck = true;
      this.#goOn();
    }, STUCK_MS);
    this.#stuckTimer.unref();
  }

  /** @param {number} now @returns {number} how long the oldest has been here, 0 if there is none */
  oldestAge(now) {
    for (const stanza of this.#unfinished) return now - stanza.arrivedAt;
    return 0;
  }

  /** @param {Origin} origin of a message whose content may come later under another stanza */
  rememberOrigin(origin) {
    this.#origins.set(origin.id, origin);
    if (this.#origins.size <= REMEMBERED_ORIGINS) return;
    for (const oldest of this.#origins.keys()) {
      this.#origins.delete(oldest);
      return;
    }
  }

  /** @param {string} id */
  originOf(id) {
    return this.#origins.get(id);
  }
}

/** @param {BinaryNode} part */
function contentLength(part) {
  return part.content instanceof Uint8Array ? part.content.length : 0;
}
