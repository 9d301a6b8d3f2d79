// Numbers the events and knows which of them the gateway has committed. A message waits here
// inside decryption: until its ack comes no ratchet step is written and no receipt leaves, so what
// WhatsApp believes delivered is in the gateway's journal. The wait has no deadline on purpose; a
// late ack must never turn into a receipt by itself.

import { encodeFrame } from './frames.js';

/** @typedef {import('./protocol.gen.ts').Event} Event */

/** The process ends; nothing more is committed. */
export class GateClosed extends Error {}

export class CommitGate {
  #writeLine;
  #maxLineBytes;
  #holdReceipts;
  #seq = 0;
  #acknowledged = 0;
  /** @type {Map<number, { resolve: () => void, reject: (error: Error) => void }>} */
  #held = new Map();
  #closed = false;
  /** When the last event was written, on the monotonic clock. */
  lastEventAt = performance.now();

  /**
   * @param {object} options
   * @param {(line: string) => void} options.writeLine
   * @param {number} options.maxLineBytes
   * @param {boolean} [options.holdReceipts] false only in the test that shows why it must be true
   */
  constructor({ writeLine, maxLineBytes, holdReceipts = true }) {
    this.#writeLine = writeLine;
    this.#maxLineBytes = maxLineBytes;
    this.#holdReceipts = holdReceipts;
  }

  /** Is a message waiting for its ack? */
  get holding() {
    return this.#held.size > 0;
  }

  /**
   * Writes an event that nothing waits for.
   *
   * @param {Event} event
   * @returns {number} its number, 0 if it was not written
   */
  emit(event) {
    if (this.#closed) return 0;
    const seq = this.#seq + 1;
    const line = fittingLine(seq, event, this.#maxLineBytes);
    if (line === undefined) return 0;
    this.#seq = seq;
    this.lastEventAt = performance.now();
    this.#writeLine(line);
    return seq;
  }

  /**
   * Writes an event and waits until the gateway has committed it.
   *
   * @param {Event} event
   * @returns {Promise<void>}
   */
  async commit(event) {
    if (this.#closed) throw new GateClosed('the sidecar is closing');
    const seq = this.emit(event);
    if (seq <= this.#acknowledged || !this.#holdReceipts) return;
    await new Promise((resolve, reject) =>
      this.#held.set(seq, { resolve: () => resolve(undefined), reject }),
    );
  }

  /** @param {number} seq everything up to here is committed */
  acknowledge(seq) {
    if (seq <= this.#acknowledged) return;
    this.#acknowledged = seq;
    for (const [held, { resolve }] of this.#held) {
      if (held > seq) continue;
      this.#held.delete(held);
      resolve();
    }
  }

  /** Rejects what is held; nothing is written from now on. */
  close() {
    this.#closed = true;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { reject } of held) reject(new GateClosed('the sidecar is closing'));
  }
}

/**
 * The event as a line within the bound. A message too long for it keeps its place, id and raw kind,
 * and loses its text: as `other` it is answered and explained like every message we cannot read,
 * where an over-long line would have the sidecar replaced, and the message redelivered, for ever.
 *
 * @param {number} seq
 * @param {Event} event
 * @param {number} maxBytes
 * @returns {string | undefined} undefined: not even its bare bones fit
 */
export function fittingLine(seq, event, maxBytes) {
  /** @type {Event[]} */
  const candidates = [event];
  if (event.type === 'message') {
    const bare = {
      ...event,
      content: /** @type {const} */ ('other'),
      text: null,
      mentions: [],
      quoted: null,
      media: null,
      detail: null,
    };
    candidates.push(bare, { ...bare, origin: { ...event.origin, push_name: null } });
  }
  if (event.type === 'undecryptable') {
    candidates.push({
      ...event,
      reason: event.reason.slice(0, 200),
      origin: { ...event.origin, push_name: null },
    });
  }
  for (const candidate of candidates) {
    const line = encodeFrame({ kind: 'event', seq, event: candidate });
    if (Buffer.byteLength(line) <= maxBytes) return line;
  }
  return undefined;
}
