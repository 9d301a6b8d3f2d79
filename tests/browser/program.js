// `fased` as a process of its own, ended and waited for by who started it, or at the latest when this process ends.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const TARGET = process.env.CARGO_TARGET_DIR ?? join(PROJECT, 'target');

const FASED = process.env.FASED_BIN ?? join(TARGET, 'debug/fased');

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export class Program {
  /**
   * @param {string[]} words
   * @param {{ cwd: string, env: NodeJS.ProcessEnv, log?: number }} place without `log` the output is to be read
   */
  constructor(words, { cwd, env, log }) {
    this.name = `fased ${words.join(' ')}`;
    const output = log ?? 'pipe';
    this.child = spawn(FASED, words, { cwd, env, stdio: ['ignore', output, output] });
    /** What kept it from being started, such as that it was not built. @type {Error | undefined} */
    this.broken = undefined;
    children.add(this.child);
    this.over = new Promise(resolve => {
      this.child.once('error', error => {
        this.broken = error;
        resolve(undefined);
      });
      this.child.once('exit', resolve);
    });
    this.over.then(() => children.delete(this.child));
  }

  /** Its exit code; null as long as it runs, or when a signal ended it. */
  get code() {
    if (this.broken) throw new Error(`${this.name}: ${this.broken.message}; build it: cargo build -p fased`);
    return this.child.exitCode;
  }

  stdout() {
    return text(this.child.stdout);
  }

  stderr() {
    return text(this.child.stderr);
  }

  /** Hands out each line of its output, one after the other. @param {(line: string) => Promise<void>} take */
  async lines(take) {
    if (this.child.stdout === null) return;
    this.child.stderr?.resume();
    for await (const line of createInterface(this.child.stdout)) await take(line);
  }

  /** Waits for its end, which comes at the deadline if not before. @param {number} deadlineMs */
  async ended(deadlineMs) {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), deadlineMs);
    await this.over;
    clearTimeout(timer);
    return this.code;
  }

  /** @param {NodeJS.Signals} signal @param {number} deadlineMs */
  end(signal, deadlineMs) {
    this.child.kill(signal);
    return this.ended(deadlineMs);
  }
}

/** @param {import('node:stream').Readable | null} stream */
async function text(stream) {
  let all = '';
  if (stream === null) return all;
  for await (const chunk of stream.setEncoding('utf8')) all += chunk;
  return all;
}
