// Messages asked for again, by others and by us, on the library's own manager of such requests.
//
// By others: the library would answer from memory, where it keeps received messages as well, under
// chat and id alone: a contact who sends a message with an id of ours would have us repeat their
// words. Only the gateway knows what we sent.
//
// By us: the library asks for every broken message, without a bound. Beyond the rates here a broken
// message is told and answered, and not asked for again. They are far above what a lost session
// costs, and below what a flood could make of us.

/** @typedef {NonNullable<import('baileys').WASocket['messageRetryManager']>} RetryManager */

const PER_SENDER = 100;
const FROM_ALL = 400;
const MINUTE_MS = 60_000;
const MAX_TRIES = 5;
const REMEMBERED = 2_000;
const MAX_PHONE_REQUESTS = 50;

/** How often something may happen in any minute. */
export class Rates {
  #now;
  #minuteStart;
  #all = 0;
  /** @type {Map<string, number>} */
  #bySender = new Map();

  /** @param {() => number} [now] */
  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#minuteStart = now();
  }

  /** @param {string} sender @returns {boolean} not too often yet */
  take(sender) {
    if (this.#now() - this.#minuteStart >= MINUTE_MS) {
      this.#minuteStart = this.#now();
      this.#all = 0;
      this.#bySender.clear();
    }
    const sofar = this.#bySender.get(sender) ?? 0;
    if (this.#all >= FROM_ALL || sofar >= PER_SENDER) return false;
    this.#all += 1;
    this.#bySender.set(sender, sofar + 1);
    return true;
  }
}

/**
 * @param {RetryManager} manager
 * @param {(messageId: string) => string | undefined} senderOf
 */
export function boundRetries(manager, senderOf) {
  const rates = new Rates();
  /** @type {Map<string, number>} */
  const tries = new Map();
  /** @type {Map<string, NodeJS.Timeout>} */
  const phoneRequests = new Map();

  manager.addRecentMessage = () => {};
  manager.getRecentMessage = () => undefined;
  manager.getRetryCount = id => tries.get(id) ?? 0;
  manager.hasExceededMaxRetries = id =>
    manager.getRetryCount(id) >= MAX_TRIES || !rates.take(senderOf(id) ?? '');
  manager.incrementRetryCount = id => {
    const count = manager.getRetryCount(id) + 1;
    tries.delete(id);
    tries.set(id, count);
    if (tries.size > REMEMBERED) tries.delete(tries.keys().next().value ?? '');
    return count;
  };
  manager.markRetrySuccess = id => manager.cancelPendingPhoneRequest(id);
  manager.markRetryFailed = id => manager.cancelPendingPhoneRequest(id);
  manager.schedulePhoneRequest = (id, ask, delay = 3_000) => {
    manager.cancelPendingPhoneRequest(id);
    if (phoneRequests.size >= MAX_PHONE_REQUESTS) return;
    const timer = setTimeout(() => {
      phoneRequests.delete(id);
      ask();
    }, delay);
    phoneRequests.set(id, timer);
  };
  manager.cancelPendingPhoneRequest = id => {
    clearTimeout(phoneRequests.get(id));
    phoneRequests.delete(id);
  };
}
