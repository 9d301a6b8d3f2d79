// A refusal that is not the library's: what is asked for is wrong, or cannot be done, and why.

/** @typedef {import('./protocol.gen.ts').Fault} Fault */

export class Refused extends Error {
  /** @param {Fault['code']} code @param {string} message for people; holds no text, number or address */
  constructor(code, message) {
    super(message);
    /** @type {Fault} */
    this.fault = { code, message };
  }
}

/** @param {string} message */
export function badRequest(message) {
  return new Refused('bad_request', message);
}

/** @param {import('./checks.js').Problem} problem */
export function refuse(problem) {
  if (problem !== undefined) throw badRequest(problem);
}
