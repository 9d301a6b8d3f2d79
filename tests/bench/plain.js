// Runs one of the baseline scripts, with the same calls as the gateway.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ended, sleep } from './fake.js';

const PATIENCE_MS = 30_000;
/** The library's own store writes in place and tells nobody when it is done; killed at once it loses the link. */
const SAVED_MS = 1_000;

export class Plain {
  /**
   * @param {string} script @param {string} dir its auth dir @param {import('./fake.js').Fake} fake
   * @param {string[]} more arguments of the script
   */
  constructor(script, dir, fake, more = []) {
    this.script = fileURLToPath(new URL(script, import.meta.url));
    this.dir = dir;
    this.fake = fake;
    this.more = more;
  }

  #spawn() {
    const env = { ...process.env, NODE_ENV: 'production' };
    const stdio = ['pipe', 'pipe', 'ignore'];
    this.process = spawn(process.execPath, [this.script, this.fake.ws, this.dir, ...this.more], {
      env,
      stdio,
    });
    this.lines = createInterface(this.process.stdout);
  }

  /** @returns {Promise<any>} the first thing said that fits */
  #said(fits) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.script} says nothing`)), PATIENCE_MS);
      const hear = line => {
        const words = JSON.parse(line);
        if (!fits(words)) return;
        clearTimeout(timer);
        this.lines.off('line', hear);
        resolve(words);
      };
      this.lines.on('line', hear);
    });
  }

  /** @returns {Promise<number>} milliseconds from spawn to `open` */
  async startLinked() {
    const began = performance.now();
    this.#spawn();
    await this.#said(({ open }) => open);
    return performance.now() - began;
  }

  async link() {
    this.#spawn();
    const { qr } = await this.#said(({ qr }) => qr);
    await Promise.all([this.#said(({ open }) => open), this.fake.scan(qr)]);
    await this.fake.wait('client_open', { account: this.fake.phone });
    await this.stop();
  }

  /** To each group one after another, to all groups at once. */
  async say(groups, each, text) {
    const said = this.#said(({ said }) => said);
    this.process.stdin.write(`${JSON.stringify({ groups, each, text })}\n`);
    await said;
  }

  pids() {
    return [this.process.pid];
  }

  async stop() {
    await sleep(SAVED_MS);
    this.process.stdin.end();
    await ended(this.process);
  }
}
