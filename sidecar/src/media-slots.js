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
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async take(work) {
    if (this.#active < this.#atOnce) this.#active += 1;
    else if (this.#waiting.length >= this.#inLine)
      throw new Refused('overloaded', `${this.#atOnce} ${this.#what} are under way and ${this.#inLine} wait`);
    // The place is handed over, so nobody slips in between.
    else await new Promise(resolve => this.#waiting.push(() => resolve(undefined)));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#active -= 1;
    }
  }
}
