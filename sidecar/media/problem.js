// Why a task could not be done: a code to decide by and a sentence to read.

/** @typedef {'refused' | 'not_found' | 'unusable' | 'too_large' | 'timed_out' | 'failed'} Code */

export class Problem extends Error {
  /** @param {Code} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
