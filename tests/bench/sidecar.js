// Ours for sending to groups: the sidecar alone, over the wire as the gateway drives it.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ended } from './fake.js';

const MAIN = fileURLToPath(new URL('../../sidecar/src/main.js', import.meta.url));
/** As in the gateway's `sidecar/spawn.rs`. */
const NODE_FLAGS = ['--max-old-space-size=192', '--max-semi-space-size=16'];
const LIMITS = { max_line_bytes: 1_048_576, max_held_stanzas: 2_000, max_held_bytes: 16_777_216 };
const PATIENCE_MS = 30_000;

export class Sidecar {
  #lastId = 0;
  /** @type {Map<number, (outcome: any) => void>} */
  #asked = new Map();
  #opened = () => {};

  /** @param {string} dir the auth dir of a linked account @param {import('./fake.js').Fake} fake */
  constructor(dir, fake) {
    this.dir = dir;
    this.fake = fake;
  }

  async start() {
    const { PATH } = process.env;
    const target = { FASED_WHATSAPP_URL: this.fake.ws, FASED_WHATSAPP_ROOT: this.fake.root };
    this.process = spawn(process.execPath, [...NODE_FLAGS, MAIN], {
      env: { PATH, NODE_ENV: 'production', ...target },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    createInterface(this.process.stdout).on('line', line => this.#read(JSON.parse(line)));
    const open = inTime('the sidecar does not open', resolve => {
      this.#opened = resolve;
    });
    const session = { account: 'bench', auth_dir: this.dir, login: null, version: 'pinned', limits: LIMITS };
    this.#write({ kind: 'welcome', protocol: 2, ...session });
    await open;
  }

  #write(frame) {
    this.process.stdin.write(`${JSON.stringify(frame)}\n`);
  }

  #read({ kind, id, seq, link, outcome }) {
    if (kind === 'event') this.#write({ kind: 'ack', seq });
    if (kind === 'link' && link.type === 'opened') this.#opened();
    if (kind === 'response') this.#asked.get(id)(outcome);
  }

  /** @returns {Promise<void>} when it is written */
  async #send(chat, text) {
    const id = ++this.#lastId;
    const message_id = `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
    const payload = { text, secret: randomBytes(32).toString('hex') };
    const { status, fault } = await inTime('a message is not sent', resolve => {
      this.#asked.set(id, resolve);
      this.#write({ kind: 'request', id, method: 'send_text', params: { chat, message_id, payload } });
    });
    this.#asked.delete(id);
    if (status !== 'ok') throw new Error(`the sidecar did not send: ${fault.message}`);
  }

  /** To each group one after another, to all groups at once. */
  say(groups, each, text) {
    return Promise.all(
      groups.map(async group => {
        for (let i = 0; i < each; i++) await this.#send(group, `${text} ${i}`);
      }),
    );
  }

  async stop() {
    this.process.stdin.end();
    await ended(this.process);
  }
}

/** @param {(resolve: (value?: any) => void) => void} begin @returns {Promise<any>} */
function inTime(problem, begin) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(problem)), PATIENCE_MS);
    begin(value => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
