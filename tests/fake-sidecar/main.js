// A sidecar that plays a script, for faults that the real one cannot be made to show.
//
// `scripts.json` beside `src/` holds one list of steps for each process that is started; the last
// list serves all later ones. A line is added to `starts` for each process. A step is one of
//   {"say": FRAME}       a frame of the wire
//   {"raw": TEXT}        a line that is no frame, or a broken one
//   {"line_of": BYTES}   a frame's beginning that is this long
//   {"hear": KIND}       wait for a frame of this kind
//   {"stay": true}       wait for the end of stdin or for `shutdown`, then leave
//   {"exit": CODE}       leave at once
// Past its last step it leaves.

import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const beside = (/** @type {string} */ name) => new URL(`../${name}`, import.meta.url);

const scripts = JSON.parse(readFileSync(beside('scripts.json'), 'utf8'));
appendFileSync(beside('starts'), `${process.pid}\n`);
const started = readFileSync(beside('starts'), 'utf8').trim().split('\n').length;
const script = scripts[Math.min(started, scripts.length) - 1];

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** @returns {Promise<{kind: string} | undefined>} nothing at the end of stdin */
async function hear() {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

/** @param {string} line */
const write = line => new Promise(resolve => process.stdout.write(`${line}\n`, resolve));

for (const step of script) {
  if ('say' in step) await write(JSON.stringify(step.say));
  if ('raw' in step) await write(step.raw);
  if ('line_of' in step) await write(`{"kind":"event","text":"${'SECRET'.repeat(step.line_of / 6)}"}`);
  if ('exit' in step) process.exit(step.exit);
  while ('hear' in step || 'stay' in step) {
    const frame = await hear();
    if (!frame || frame.kind === 'shutdown') process.exit(0);
    if (frame.kind === step.hear) break;
  }
}
process.exit(0);
