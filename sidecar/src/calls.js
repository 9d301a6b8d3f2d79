// What the gateway asks for. Every request gets exactly one response. Messages to one chat go out
// in the order they were asked for.

import { isGroup, isPerson } from './jid.js';
import { faultOf } from './translate.js';

/** @typedef {import('./protocol.gen.ts').Call} Call */
/** @typedef {import('./protocol.gen.ts').Reply} Reply */
/** @typedef {import('./protocol.gen.ts').Fault} Fault */
/** @typedef {import('./protocol.gen.ts').Outcome} Outcome */

export const MAX_CALLS = 64;
const CALL_DEADLINE_MS = 28_000;
const MESSAGE_ID = /^[0-9A-Za-z._-]{4,64}$/;
const MAX_TEXT = 65_536;

/** A refusal that is not the library's. */
class Refused extends Error {
  /** @param {Fault} fault */
  constructor(fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/**
 * @typedef {object} Line what calls need of the open socket
 * @property {() => boolean} isOpen
 * @property {(chat: string, text: string, messageId: string) => Promise<unknown>} sendText
 * @property {() => Promise<number>} probe
 * @property {() => Promise<void>} unlink
 */

export class Calls {
  #line;
  #underWay = 0;
  /** @type {Map<string, Promise<unknown>>} */
  #lastInChat = new Map();

  /** @param {Line} line */
  constructor(line) {
    this.#line = line;
  }

  /**
   * @param {Call} call
   * @returns {Promise<Outcome>}
   */
  async answer(call) {
    if (this.#underWay >= MAX_CALLS) {
      return failed({ code: 'overloaded', message: `${MAX_CALLS} calls are under way` });
    }
    this.#underWay += 1;
    // Counted until it really ends: a call past its deadline still holds what it holds.
    const work = this.#perform(call).finally(() => {
      this.#underWay -= 1;
    });
    try {
      return { status: 'ok', reply: await withDeadline(work) };
    } catch (error) {
      return failed(error instanceof Refused ? error.fault : faultOf(error));
    }
  }

  /**
   * @param {Call} call
   * @returns {Promise<Reply>}
   */
  async #perform(call) {
    switch (call.method) {
      case 'send_text':
        await this.#sendText(call.params);
        return { type: 'sent' };
      case 'ping':
        this.#needOpen();
        return { type: 'pong', rtt_ms: await this.#probe() };
      case 'logout':
        this.#needOpen();
        await this.#line.unlink();
        return { type: 'done' };
      default:
        return unknownMethod(call);
    }
  }

  async #probe() {
    try {
      return await this.#line.probe();
    } catch {
      throw new Refused({ code: 'timed_out', message: 'WhatsApp did not answer the ping' });
    }
  }

  /** @param {Extract<Call, { method: 'send_text' }>['params']} params */
  async #sendText(params) {
    const { chat, message_id: messageId, text } = params ?? {};
    if (typeof chat !== 'string' || !(isPerson(chat) || isGroup(chat)))
      throw badRequest('chat is neither a person nor a group');
    if (typeof messageId !== 'string' || !MESSAGE_ID.test(messageId))
      throw badRequest('message_id is not usable');
    if (typeof text !== 'string' || text === '') throw badRequest('text is empty');
    if (text.length > MAX_TEXT) throw badRequest('text is too long for WhatsApp');
    this.#needOpen();
    const before = this.#lastInChat.get(chat) ?? Promise.resolve();
    const sent = before.then(
      () => this.#line.sendText(chat, text, messageId),
      () => this.#line.sendText(chat, text, messageId),
    );
    this.#lastInChat.set(chat, sent);
    try {
      await sent;
    } finally {
      if (this.#lastInChat.get(chat) === sent) this.#lastInChat.delete(chat);
    }
  }

  #needOpen() {
    if (!this.#line.isOpen()) throw new Refused({ code: 'not_connected', message: 'there is no open link' });
  }
}

/** @param {string} message */
function badRequest(message) {
  return new Refused({ code: 'bad_request', message });
}

/** @param {never} call @returns {never} */
function unknownMethod(call) {
  void call;
  throw badRequest('this sidecar does not know the method');
}

/** @param {Fault} fault @returns {Outcome} */
function failed(fault) {
  return { status: 'error', fault };
}

/** @param {Promise<Reply>} work @returns {Promise<Reply>} */
function withDeadline(work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Refused({ code: 'timed_out', message: 'no end in sight; it may still happen' }));
    }, CALL_DEADLINE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
