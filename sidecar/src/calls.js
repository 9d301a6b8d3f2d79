// What the gateway asks for. Every request gets exactly one response. Messages to one chat go out
// in the order they were asked for.

import { isGroup, isPerson } from './jid.js';
import { faultOf } from './translate.js';

/** @typedef {import('./protocol.gen.ts').Call} Call */
/** @typedef {import('./protocol.gen.ts').Reply} Reply */
/** @typedef {import('./protocol.gen.ts').Fault} Fault */
/** @typedef {import('./protocol.gen.ts').Outcome} Outcome */
/** @typedef {import('./protocol.gen.ts').LidPair} LidPair */
/** @typedef {Omit<Extract<Reply, { type: 'canonical' }>, 'type'>} Canonical */
/** @typedef {Extract<Call, { method: 'mark_read' }>['params']} MarkRead */
/** @typedef {import('./protocol.gen.ts').Payload} Payload */

export const MAX_CALLS = 64;
const CALL_DEADLINE_MS = 28_000;
const MESSAGE_ID = /^[0-9A-Za-z._-]{4,64}$/;
const MAX_TEXT = 65_536;
const SECRET = /^[0-9a-fA-F]{64}$/;
const MAX_PHONES = 500;
const MAX_READ = 500;
/** Ids of others are what their writers chose. */
const MAX_FOREIGN_ID = 256;
/** A number without device, so that what comes back is spelled as it was asked. */
const PHONE = /^\d{5,20}@s\.whatsapp\.net$/;

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
 * @property {(chat: string, payload: Payload, messageId: string) => Promise<unknown>} send
 * @property {(phones: string[]) => Promise<LidPair[]>} resolveLids
 * @property {(phone: string) => Promise<Canonical>} canonicalId
 * @property {(read: MarkRead) => Promise<void>} markRead
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
      case 'send':
        await this.#send(call.params);
        return { type: 'sent' };
      case 'resolve_lids':
        return { type: 'lids', pairs: await this.#resolveLids(call.params) };
      case 'canonical_id':
        return { type: 'canonical', ...(await this.#canonicalId(call.params)) };
      case 'mark_read':
        await this.#markRead(call.params);
        return { type: 'done' };
      case 'ping':
        this.#needOpen();
        return { type: 'pong', rtt_ms: await this.#probe() };
      case 'logout':
        this.#needOpen();
        await this.#line.unlink();
        return { type: 'done' };
      default:
        throw badRequest('this sidecar does not know the method');
    }
  }

  async #probe() {
    try {
      return await this.#line.probe();
    } catch {
      throw new Refused({ code: 'timed_out', message: 'WhatsApp did not answer the ping' });
    }
  }

  /** @param {Extract<Call, { method: 'send' }>['params']} params */
  async #send(params) {
    const { chat, message_id: messageId, payload } = params ?? {};
    const { content, secret } = payload ?? {};
    if (typeof chat !== 'string' || !(isPerson(chat) || isGroup(chat)))
      throw badRequest('chat is neither a person nor a group');
    if (typeof messageId !== 'string' || !MESSAGE_ID.test(messageId))
      throw badRequest('message_id is not usable');
    if (content?.type !== 'text') throw badRequest('this kind of content cannot be sent');
    const { text } = content;
    if (typeof text !== 'string' || text === '') throw badRequest('text is empty');
    if (text.length > MAX_TEXT) throw badRequest('text is too long for WhatsApp');
    if (typeof secret !== 'string' || !SECRET.test(secret)) throw badRequest('secret is not 64 hex digits');
    this.#needOpen();
    const before = this.#lastInChat.get(chat) ?? Promise.resolve();
    const sent = before.then(
      () => this.#line.send(chat, payload, messageId),
      () => this.#line.send(chat, payload, messageId),
    );
    this.#lastInChat.set(chat, sent);
    try {
      await sent;
    } finally {
      if (this.#lastInChat.get(chat) === sent) this.#lastInChat.delete(chat);
    }
  }

  /** @param {Extract<Call, { method: 'resolve_lids' }>['params']} params */
  async #resolveLids(params) {
    const { phones } = params ?? {};
    if (!Array.isArray(phones) || phones.length > MAX_PHONES)
      throw badRequest(`phones is not a list of at most ${MAX_PHONES}`);
    if (!phones.every(phone => typeof phone === 'string' && PHONE.test(phone)))
      throw badRequest('phones holds something else than numbers');
    this.#needOpen();
    return this.#line.resolveLids(phones);
  }

  /** @param {Extract<Call, { method: 'canonical_id' }>['params']} params */
  async #canonicalId(params) {
    const { phone } = params ?? {};
    if (typeof phone !== 'string' || !PHONE.test(phone)) throw badRequest('phone is not a number');
    this.#needOpen();
    return this.#line.canonicalId(phone);
  }

  /** @param {MarkRead} params */
  async #markRead(params) {
    const { chat, participant, ids } = params ?? {};
    if (typeof chat !== 'string' || !(isPerson(chat) || isGroup(chat)))
      throw badRequest('chat is neither a person nor a group');
    if (isGroup(chat) ? typeof participant !== 'string' || !isPerson(participant) : participant !== null)
      throw badRequest('participant is needed in a group, and only there');
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_READ)
      throw badRequest(`ids is not a list of 1 to ${MAX_READ}`);
    if (!ids.every(id => typeof id === 'string' && id !== '' && id.length <= MAX_FOREIGN_ID))
      throw badRequest('ids holds something else than message ids');
    this.#needOpen();
    await this.#line.markRead({ chat, participant, ids });
  }

  #needOpen() {
    if (!this.#line.isOpen()) throw new Refused({ code: 'not_connected', message: 'there is no open link' });
  }
}

/** @param {string} message */
function badRequest(message) {
  return new Refused({ code: 'bad_request', message });
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
