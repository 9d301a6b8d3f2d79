// Stdout belongs to the protocol. Importing this module takes it, and the console, away from
// everything imported later: libsignal prints private keys with `console.info`, and a stray line
// between frames would reach the gateway. It must therefore be the first import of `main.js`.
//
// Writing to a pipe never blocks in Node, so unread frames pile up in the heap: there is a bound,
// beyond which the process gives up, and nothing ends it before `drained`.

import { encodeFrame, parseFrame } from './frames.js';
import { labelOf, log } from './log.js';

/** @typedef {import('./protocol.gen.ts').FromSidecar} FromSidecar */
/** @typedef {import('./protocol.gen.ts').ToSidecar} ToSidecar */

const NEWLINE = 0x0a;
const writeOut = process.stdout.write.bind(process.stdout);

let pending = 0;
/** @type {Buffer[]} lines of this turn of the loop */
let unwritten = [];
let bound = Number.POSITIVE_INFINITY;
let onBeyond = () => {};
let broken = false;
/** @type {(() => void)[]} */
let waitingForDrain = [];

process.stdout.on('error', () => {
  // The reader is gone; end of stdin follows. Frames can no longer arrive anywhere.
  broken = true;
  pending = 0;
  settleDrain();
});

// @ts-expect-error the replacement has one signature for all overloads
process.stdout.write = (chunk, encoding, callback) => {
  log('warn', `a library wrote ${chunk?.length ?? 0} bytes to stdout`);
  const done = typeof encoding === 'function' ? encoding : callback;
  if (typeof done === 'function') process.nextTick(done);
  return true;
};

for (const [method, level] of /** @type {const} */ ([
  ['log', 'info'],
  ['info', 'info'],
  ['debug', 'debug'],
  ['trace', 'debug'],
  ['dir', 'debug'],
  ['table', 'debug'],
  ['warn', 'warn'],
  ['error', 'error'],
])) {
  console[method] = (/** @type {unknown[]} */ ...args) => log(level, `console: ${labelOf(args)}`);
}

/** @param {string} line as `encodeFrame` made it */
export function writeLine(line) {
  if (broken) return;
  const bytes = Buffer.from(`${line}\n`);
  pending += bytes.length;
  unwritten.push(bytes);
  // Lines of the same moment leave together: each write is a trip to the kernel, and wakes the gateway.
  if (unwritten.length === 1) setImmediate(writeTogether);
  if (pending > bound) onBeyond();
}

function writeTogether() {
  const bytes = unwritten.length === 1 ? unwritten[0] : Buffer.concat(unwritten);
  unwritten = [];
  writeOut(bytes, () => {
    pending = Math.max(0, pending - bytes.length);
    if (pending === 0) settleDrain();
  });
}

/**
 * @param {number} bytes that may wait for the gateway to read them
 * @param {() => void} beyond called whenever more do
 */
export function boundPending(bytes, beyond) {
  bound = bytes;
  onBeyond = beyond;
}

/** @param {FromSidecar} frame */
export function writeFrame(frame) {
  writeLine(encodeFrame(frame));
}

/** @returns {Promise<void>} when every frame so far was handed over, or cannot be any more */
export function drained() {
  if (pending === 0 || broken) return Promise.resolve();
  return new Promise(resolve => waitingForDrain.push(resolve));
}

function settleDrain() {
  const waiting = waitingForDrain;
  waitingForDrain = [];
  for (const resolve of waiting) resolve();
}

/**
 * Reads frames until stdin ends. Splits at `\n` only: Node's readline would also split at U+2028.
 *
 * @param {{ onFrame: (frame: ToSidecar) => void, onEnd: () => void }} handlers
 */
export function readFrames({ onFrame, onEnd }) {
  /** @type {Buffer[]} */
  let parts = [];
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    onEnd();
  };
  process.stdin.on('data', (/** @type {Buffer} */ chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, at));
      from = at + 1;
      const line = parts.length === 1 ? parts[0] : Buffer.concat(parts);
      parts = [];
      if (line.length > 0) handle(line.toString('utf8'));
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  });
  process.stdin.on('end', end);
  process.stdin.on('close', end);
  process.stdin.on('error', end);

  /** @param {string} line */
  function handle(line) {
    const frame = parseFrame(line);
    if (frame) onFrame(frame);
    else log('error', `a line of ${line.length} characters from the gateway is not a frame`);
  }
}

/** Stops reading, so that stdin no longer keeps the process alive. */
export function stopReading() {
  process.stdin.pause();
  process.stdin.destroy();
}
