// Linking by a code that is typed into the phone, instead of a QR.

import { ended } from './translate.js';

/** @typedef {import('./protocol.gen.ts').Closed} Closed */
/** @typedef {import('./protocol.gen.ts').Link} Link */
/** @typedef {import('baileys').BinaryNode} BinaryNode */

const PHONE = /^\d{5,20}$/;
const ANSWER_DEADLINE_MS = 15_000;
/** How long the library keeps the connection for each of the refs that WhatsApp gave. */
const FIRST_REF_MS = 60_000;
const LATER_REF_MS = 20_000;

/**
 * @typedef {object} CodeParts
 * @property {any} ws the socket's emitter
 * @property {(phone: string) => Promise<string>} request the library's own: sends the question and makes the code
 * @property {(link: Link) => void} onLink
 * @property {(closed: Closed) => void} onClosed
 */

export class PhoneCode {
  #parts;
  #phone;
  #asked = false;
  #shown = false;
  #refs = 1;

  /** @param {string} phone digits only @param {CodeParts} parts */
  constructor(phone, parts) {
    this.#phone = phone;
    this.#parts = parts;
    const { ws, onClosed } = parts;
    ws.prependListener('CB:iq,type:set,pair-device', (/** @type {BinaryNode} */ node) => {
      const [device] = Array.isArray(node.content) ? node.content : [];
      if (Array.isArray(device?.content))
        this.#refs = device.content.filter(({ tag }) => tag === 'ref').length || 1;
    });
    ws.on('CB:iq,type:error', (/** @type {BinaryNode} */ node) => {
      const status = errorCode(node);
      if (this.#shown) onClosed(ended('login_expired', 'the code was not the one that was shown', status));
      else if (this.#asked) onClosed(ended('unknown', 'WhatsApp gives no code for this number now', status));
    });
  }

  /** The server is ready and proven. Shows the code once WhatsApp knows of it. */
  async show() {
    if (this.#asked) return;
    this.#asked = true;
    const { ws, request, onLink, onClosed } = this.#parts;
    if (!PHONE.test(this.#phone)) return onClosed(ended('unknown', 'the phone is not a number of digits'));
    const taken = new Promise(resolve => ws.once('CB:iq,,link_code_companion_reg', () => resolve(true)));
    const late = new Promise(resolve => setTimeout(() => resolve(false), ANSWER_DEADLINE_MS));
    const code = await request(this.#phone);
    if (!(await Promise.race([taken, late]))) return onClosed(ended('lost', 'no answer about the code'));
    this.#shown = true;
    onLink({ type: 'code', code, expires_ms: FIRST_REF_MS + (this.#refs - 1) * LATER_REF_MS });
  }
}

/** @param {BinaryNode} node an iq error */
function errorCode({ content }) {
  const [error] = Array.isArray(content) ? content : [];
  const code = Number(error?.attrs.code);
  return Number.isInteger(code) && code > 0 && code < 65_536 ? code : null;
}
