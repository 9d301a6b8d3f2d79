// Runs a block in bash and waits for its end, or for what it is to print.

import { spawn } from 'node:child_process';

/** For what hangs; whatever works is done within seconds, on a busy machine within a minute. */
export const DEADLINE_MS = 120_000;

/** Names the command that failed, and ends with its exit code. */
const PRELUDE = 'set -Eeuo pipefail; trap \'echo "this failed: $BASH_COMMAND" >&2\' ERR\n';

/** @typedef {{cwd: string, env: Record<string, string>}} Place */

/** Those under way. They have process groups of their own, so nobody else ends them. @type {Set<Running>} */
const running = new Set();
process.once('exit', () => {
  // Whoever is asked ends what it has started itself, too.
  for (const each of running) each.signal('SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** A block under way, in a process group of its own. */
export class Running {
  /**
   * @param {string} text
   * @param {Place} place
   * @param {string[]} lines what somebody types there, who then stays; nobody sits there if there are none
   */
  constructor(text, place, lines = []) {
    this.output = '';
    /** @type {number | undefined} */
    this.code = undefined;
    this.child = spawn('bash', ['-c', PRELUDE + text], {
      ...place,
      detached: true,
      stdio: [lines.length > 0 ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    // Whatever ended without reading them fails by what it printed.
    this.child.stdin?.on('error', () => {});
    for (const line of lines) this.child.stdin?.write(`${line}\n`);
    /** @type {(() => void)[]} */
    this.waiting = [];
    /** Of that, what went to standard output. */
    this.printed = '';
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', chunk => {
        this.output += chunk;
        if (stream === this.child.stdout) this.printed += chunk;
        this.#tell();
      });
    }
    running.add(this);
    this.ended = new Promise(resolve => {
      this.child.on('close', (code, signal) => {
        running.delete(this);
        this.code = code ?? (signal ? 128 : -1);
        this.#tell();
        resolve(this.code);
      });
    });
  }

  #tell() {
    const waiting = this.waiting;
    this.waiting = [];
    for (const look of waiting) look();
  }

  /**
   * Waits until `holds`, which is asked again whenever something was printed, or the end came.
   * @template T
   * @param {() => T | undefined} holds
   * @param {string} what
   * @returns {Promise<T>}
   */
  async until(holds, what) {
    const ends = Date.now() + DEADLINE_MS;
    for (;;) {
      const value = holds();
      if (value !== undefined) return value;
      if (this.code !== undefined) throw new Error(`it ended before ${what}:\n${this.output}`);
      const left = ends - Date.now();
      if (left <= 0) {
        await this.stop();
        throw new Error(`within ${DEADLINE_MS / 1000} s not: ${what}\n${this.output}`);
      }
      await new Promise(resolve => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve(undefined);
        });
      });
    }
  }

  /** Waits for the end. @returns {Promise<number>} */
  async end() {
    return this.until(() => this.code, 'its end');
  }

  /** Ends it, with all that it started. */
  async stop() {
    this.signal('SIGTERM');
    const killer = setTimeout(() => this.signal('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(killer);
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    if (this.code !== undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      // It has just ended.
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
