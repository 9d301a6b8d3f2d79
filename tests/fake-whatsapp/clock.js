import { ApiError } from './people.js';

/** The wall clock of this WhatsApp, which messages and the record are dated by. A simulation moves it on. */
export class Clock {
  constructor() {
    this.aheadMs = 0;
  }

  /** Unix milliseconds. */
  now() {
    return Date.now() + this.aheadMs;
  }

  /** @param {{ms: number}} request by so many milliseconds, never back */
  advance({ ms }) {
    if (!Number.isSafeInteger(ms) || ms < 0) {
      throw new ApiError(400, 'bad_number', `${ms} is no time to move on by`, 'give whole milliseconds');
    }
    this.aheadMs += ms;
    return { ahead_ms: this.aheadMs };
  }
}
