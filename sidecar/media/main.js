// A short-lived process of its own: asks a foreign server for a file, or makes a picture fit. It knows
// no keys and no account, gets one task as JSON on stdin, and answers with one line of JSON.

import { text } from 'node:stream/consumers';
import { fetchFile } from './fetch.js';
import { makePicture } from './picture.js';
import { Problem } from './problem.js';

/** @param {any} task */
async function carryOut(task) {
  switch (task.task) {
    case 'fetch':
      return fetchFile(task);
    case 'picture':
      return makePicture(task);
    default:
      throw new Problem('failed', `there is no task ${task.task}`);
  }
}

/** @param {unknown} error */
function told(error) {
  if (error instanceof Problem) return { code: error.code, message: error.message };
  const { name, code } = /** @type {NodeJS.ErrnoException} */ (error);
  return { code: 'failed', message: `the media process failed (${code ?? name ?? 'unknown'})` };
}

/** @type {unknown} */
let answer;
try {
  answer = { ok: await carryOut(JSON.parse(await text(process.stdin))) };
} catch (error) {
  answer = { error: told(error) };
}
// Nothing that is still open, such as a connection, keeps the process.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
