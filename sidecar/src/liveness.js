// Is the other side still there? The library judges by wall clock, so a clock jump would close a
// healthy socket; its keep-alive is switched off and this pings on the monotonic clock. It also
// notices a connection attempt that never comes to anything, and a library that takes stanzas and
// gives no events.

const PING_EVERY_MS = 20_000;
/** With the deadline and the time that a new process takes, who falls silent is replaced within 35 s. */
const PING_JITTER_MS = 3_000;
const PONG_DEADLINE_MS = 10_000;
const CONNECT_DEADLINE_MS = 45_000;
/** With the time that a new process takes, a deaf one is replaced within 40 s. */
const STALL_MS = 35_000;
const STALL_CHECK_MS = 1_000;
/** A timer this late means that the whole process stood still, and says nothing about the server. */
const STOOD_STILL_MS = 2_000;

/**
 * @typedef {object} LivenessParts
 * @property {() => Promise<void>} ping resolves when WhatsApp answered
 * @property {(kind: 'no_pong' | 'no_connection' | 'stalled') => void} onDead
 * @property {() => number} stalledFor how long the oldest stanza has brought no event, in ms
 * @property {number} [pingEveryMs]
 * @property {() => number} [now]
 */

export class Liveness {
  #parts;
  #now;
  #lastFrameAt;
  #stopped = false;
  /** @type {Set<NodeJS.Timeout>} */
  #timers = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #connecting;

  /** @param {LivenessParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
    this.#lastFrameAt = this.#now();
    this.#watchConnecting();
    this.#watchStall();
  }

  /** Something came from the server. */
  frame() {
    this.#lastFrameAt = this.#now();
  }

  /** The handshake is through: from here pings tell. */
  connected() {
    if (this.#connecting === undefined) return;
    clearTimeout(this.#connecting);
    this.#connecting = undefined;
    this.#schedulePing();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#connecting);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** @returns {Promise<number>} the round trip in ms; rejects after the deadline */
  async probe() {
    const started = this.#now();
    await this.#within(PONG_DEADLINE_MS, this.#parts.ping());
    return Math.round(this.#now() - started);
  }

  #schedulePing() {
    const interval = this.#parts.pingEveryMs ?? PING_EVERY_MS + Math.random() * PING_JITTER_MS;
    this.#after(interval, async () => {
      const sentAt = this.#now();
      try {
        await this.probe();
      } catch {
        // Any frame is as good as a pong: on a slow line the pong may stand behind much else.
        if (this.#lastFrameAt <= sentAt && !this.#stopped) return this.#parts.onDead('no_pong');
      }
      if (!this.#stopped) this.#schedulePing();
    });
  }

  #watchConnecting() {
    this.#connecting = setTimeout(() => {
      if (this.#stopped) return;
      const quiet = this.#now() - this.#lastFrameAt;
      // Frames keep coming: a slow login (the first one uploads hundreds of keys) is not a dead one.
      if (quiet < CONNECT_DEADLINE_MS - STOOD_STILL_MS) this.#watchConnecting();
      else this.#parts.onDead('no_connection');
    }, CONNECT_DEADLINE_MS);
  }

  #watchStall() {
    this.#after(STALL_CHECK_MS, () => {
      if (this.#parts.stalledFor() >= STALL_MS) return this.#parts.onDead('stalled');
      this.#watchStall();
    });
  }

  /**
   * @param {number} ms
   * @param {() => unknown} action
   * @returns {() => void} calls it off
   */
  #after(ms, action) {
    if (this.#stopped) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void action();
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /**
   * @param {number} ms
   * @param {Promise<void>} answer
   * @returns {Promise<void>}
   */
  #within(ms, answer) {
    return new Promise((resolve, reject) => {
      const due = this.#now() + ms;
      const callOff = this.#after(ms, () => {
        const late = this.#now() - due;
        // The answer may lie unread in the socket; reading comes right after the timers.
        if (late > STOOD_STILL_MS) this.#within(ms, answer).then(resolve, reject);
        else reject(new Error('no answer'));
      });
      answer.then(resolve, reject).finally(callOff);
    });
  }
}
