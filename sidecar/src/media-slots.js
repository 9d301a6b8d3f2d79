// So many at once, so many more in line, and the rest are told so.

import { Refused } from './refused.js';

export class Slots {
  #atOnce;
  #inLine;
  #what;
  #active = 0;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {string} what for the sentence @param {{ atOnce: number, inLine: number }} bounds */
  constructor(what, { atOnce, inLine }) {
    this.#what = what;
    this.#atOnce = atOnce;
    this.#inLine = inLine;
  }

  /**
   * @template T
   * @param {AbortSignal} signal ends the wait, too
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async take(signal, work) {
    signal.throwIfAborted();
    if (this.#active < this.#atOnce) this.#active += 1;
    else if (this.#waiting.length >= this.#inLine)
      throw new Refused('overloaded', `${this.#atOnce} ${this.#what} are under way and ${this.#inLine} wait`);
    // The place is handed over, so nobody slips in between.
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#active -= 1;
    }
  }

  /** @param {AbortSignal} signal @returns {Promise<void>} */
  #turn(signal) {
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener('abort', given);
        resolve();
      };
      const given = () => {
        this.#waiting = this.#waiting.filter(other => other !== turn);
        reject(signal.reason);
      };
      this.#waiting.push(turn);
      signal.addEventListener('abort', given, { once: true });
    });
  }
}
