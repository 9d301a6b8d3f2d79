// What the gateway asks for. Every request gets exactly one response. Messages to one chat go out
// in the order they were asked for.

import { chatProblem, isForeignId, MESSAGE_ID, mediaRefProblem } from './checks.js';
import { isGroup, isPerson } from './jid.js';
import { payloadProblem } from './payload-check.js';
import { badRequest, Refused, refuse } from './refused.js';
import { faultOf } from './translate.js';

/** @typedef {import('./protocol.gen.ts').Call} Call */
/** @typedef {import('./protocol.gen.ts').Reply} Reply */
/** @typedef {import('./protocol.gen.ts').Fault} Fault */
/** @typedef {import('./protocol.gen.ts').Outcome} Outcome */
/** @typedef {import('./protocol.gen.ts').LidPair} LidPair */
/** @typedef {Omit<Extract<Reply, { type: 'canonical' }>, 'type'>} Canonical */
/** @typedef {Extract<Call, { method: 'mark_read' }>['params']} MarkRead */
/** @typedef {import('./protocol.gen.ts').Payload} Payload */
/** @typedef {import('./protocol.gen.ts').Typing} Typing */
/** @typedef {import('./protocol.gen.ts').Group} Group */
/** @typedef {Omit<Extract<Reply, { type: 'timelock' }>, 'type'>} Timelock */
/** @typedef {Extract<Call, { method: 'refresh_media' }>['params']} RefreshMedia */

export const MAX_CALLS = 64;
const CALL_DEADLINE_MS = 28_000;
const MAX_PHONES = 500;
const MAX_READ = 500;
/** A number without device, so that what comes back is spelled as it was asked. */
const PHONE = /^\d{5,20}@s\.whatsapp\.net$/;

/** These have bounds and a deadline of their own, so that they take nobody else's place. */
const MEDIA_CALLS = new Set(['upload_media', 'download_media']);
/** @type {ReadonlySet<unknown>} */
const TYPING = new Set(['composing', 'recording', 'paused']);

/**
 * @typedef {object} Line what calls need of the open socket
 * @property {() => boolean} isOpen
 * @property {(chat: string, payload: Payload, messageId: string) => Promise<unknown>} send
 * @property {(phones: string[]) => Promise<LidPair[]>} resolveLids
 * @property {(phone: string) => Promise<Canonical>} canonicalId
 * @property {(read: MarkRead) => Promise<void>} markRead
 * @property {(chat: string, typing: Typing) => Promise<void>} setTyping
 * @property {() => Promise<import('./groups.js').Groups>} listGroups
 * @property {(group: string) => Promise<Group>} describeGroup
 * @property {() => Promise<Timelock>} fetchTimelock
 * @property {import('./media.js').Media} media
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
    if (MEDIA_CALLS.has(call.method)) return outcomeOf(this.#perform(call));
    if (this.#underWay >= MAX_CALLS) {
      return failed({ code: 'overloaded', message: `${MAX_CALLS} calls are under way` });
    }
    this.#underWay += 1;
    // Counted until it really ends: a call past its deadline still holds what it holds.
    const work = this.#perform(call).finally(() => {
      this.#underWay -= 1;
    });
    return outcomeOf(withDeadline(work));
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
      case 'upload_media':
        this.#needOpen();
        return { type: 'media', media: await this.#line.media.upload(call.params) };
      case 'download_media':
        return { type: 'downloaded', ...(await this.#line.media.download(call.params)) };
      case 'refresh_media':
        return { type: 'media', media: await this.#refreshMedia(call.params) };
      case 'set_typing':
        await this.#setTyping(call.params);
        return { type: 'done' };
      case 'list_groups':
        this.#needOpen();
        return { type: 'groups', ...(await this.#line.listGroups()) };
      case 'describe_group':
        return { type: 'groups', groups: [await this.#describeGroup(call.params)], total: 1 };
      case 'fetch_timelock':
        this.#needOpen();
        return { type: 'timelock', ...(await this.#line.fetchTimelock()) };
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
      throw new Refused('timed_out', 'WhatsApp did not answer the ping');
    }
  }

  /** @param {Extract<Call, { method: 'send' }>['params']} params */
  async #send(params) {
    const { chat, message_id: messageId, payload } = params ?? {};
    refuse(chatProblem(chat));
    if (typeof messageId !== 'string' || !MESSAGE_ID.test(messageId))
      throw badRequest('message_id is not usable');
    refuse(payloadProblem(payload, chat));
    this.#needOpen();
    const before = this.#lastInChat.get(chat) ?? Promise.resolve();
    const write = () => this.#write(chat, payload, messageId);
    const sent = before.then(write, write);
    this.#lastInChat.set(chat, sent);
    try {
      await sent;
    } finally {
      if (this.#lastInChat.get(chat) === sent) this.#lastInChat.delete(chat);
    }
  }

  /**
   * Says `not_connected` only when nothing was written: the gateway takes its word for it. A link that closes in the
   * middle may have taken the message along.
   *
   * @param {string} chat @param {Payload} payload @param {string} messageId
   */
  async #write(chat, payload, messageId) {
    this.#needOpen();
    try {
      await this.#line.send(chat, payload, messageId);
    } catch (error) {
      const fault = error instanceof Refused ? error.fault : faultOf(error);
      if (fault.code !== 'not_connected') throw error;
      throw new Refused('timed_out', 'the link closed meanwhile; it may have been written');
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
    refuse(chatProblem(chat));
    if (isGroup(chat) ? typeof participant !== 'string' || !isPerson(participant) : participant !== null)
      throw badRequest('participant is needed in a group, and only there');
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_READ)
      throw badRequest(`ids is not a list of 1 to ${MAX_READ}`);
    if (!ids.every(isForeignId)) throw badRequest('ids holds something else than message ids');
    this.#needOpen();
    await this.#line.markRead({ chat, participant, ids });
  }

  /** @param {RefreshMedia} params */
  #refreshMedia(params) {
    const { chat, id, participant, media } = params ?? {};
    refuse(chatProblem(chat));
    if (!isForeignId(id)) throw badRequest('id is not a message id');
    if (isGroup(chat) ? typeof participant !== 'string' || !isPerson(participant) : participant !== null)
      throw badRequest('participant is needed in a group, and only there');
    refuse(mediaRefProblem(media));
    this.#needOpen();
    return this.#line.media.refresh({ chat, id, participant, media });
  }

  /** @param {Extract<Call, { method: 'set_typing' }>['params']} params */
  async #setTyping(params) {
    const { chat, typing } = params ?? {};
    refuse(chatProblem(chat));
    if (!TYPING.has(typing)) throw badRequest('typing is not known');
    this.#needOpen();
    await this.#line.setTyping(chat, typing);
  }

  /** @param {Extract<Call, { method: 'describe_group' }>['params']} params */
  #describeGroup(params) {
    const { group } = params ?? {};
    if (typeof group !== 'string' || !isGroup(group)) throw badRequest('group is not a group');
    this.#needOpen();
    return this.#line.describeGroup(group);
  }

  #needOpen() {
    if (!this.#line.isOpen()) throw new Refused('not_connected', 'there is no open link');
  }
}

/** @param {Promise<Reply>} work @returns {Promise<Outcome>} */
async function outcomeOf(work) {
  try {
    return { status: 'ok', reply: await work };
  } catch (error) {
    return failed(error instanceof Refused ? error.fault : faultOf(error));
  }
}

/** @param {Fault} fault @returns {Outcome} */
function failed(fault) {
  return { status: 'error', fault };
}

/** @param {Promise<Reply>} work @returns {Promise<Reply>} */
function withDeadline(work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Refused('timed_out', 'no end in sight; it may still happen'));
    }, CALL_DEADLINE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
