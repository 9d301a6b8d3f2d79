import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { sha256 } from './media-crypto.js';
import { ApiError } from './people.js';

/**
 * @typedef {object} Poll
 * @property {Buffer} secret
 * @property {import('./people.js').Person} creator
 * @property {string[]} options
 */

/** The polls that were seen, as the phones of those who vote know them. */
export class Polls {
  constructor() {
    /** @type {Map<string, Poll>} by the id of the message */
    this.byId = new Map();
  }

  /** @param {string} id @param {any} message @param {import('./people.js').Person} creator */
  learn(id, message, creator) {
    const poll = pollIn(message);
    const secret = message.messageContextInfo?.messageSecret;
    if (!poll || !secret?.length) return;
    const options = poll.options.map(({ optionName }) => optionName);
    this.byId.set(id, { secret: Buffer.from(secret), creator, options });
  }

  /**
   * @param {string} id @param {string[]} options the chosen ones, none to take a vote back
   * @param {{voter: string, creator: (person: import('./people.js').Person) => string}} jids under which it is encrypted
   */
  vote(id, options, { voter, creator }) {
    const poll = this.byId.get(id);
    if (!poll) throw new ApiError(404, 'unknown_poll', `no poll ${id} was seen here`, 'use the id of a poll');
    const key = keyOf(poll.secret, id, creator(poll.creator), voter);
    const selected = options.map(option => sha256(Buffer.from(option)));
    const encIv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, encIv).setAAD(Buffer.from(`${id}\0${voter}`));
    // PollVoteMessage { repeated bytes selectedOptions = 1 }
    const plain = Buffer.concat(selected.flatMap(hash => [Buffer.from([0x0a, hash.length]), hash]));
    const encPayload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return { poll, vote: { encPayload, encIv } };
  }
}

/** @param {any} message @returns {any} */
export function pollIn(message) {
  return (
    message.pollCreationMessage ??
    message.pollCreationMessageV2 ??
    message.pollCreationMessageV3 ??
    message.pollCreationMessageV5
  );
}

function keyOf(secret, id, creator, voter) {
  const inner = createHmac('sha256', Buffer.alloc(32)).update(secret).digest();
  const about = Buffer.concat([Buffer.from(`${id}${creator}${voter}Poll Vote`), Buffer.from([1])]);
  return createHmac('sha256', inner).update(about).digest();
}
