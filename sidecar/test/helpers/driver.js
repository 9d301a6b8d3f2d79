// Plays the gateway: spawns the sidecar, speaks the wire, and keeps every frame.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('../../src/protocol.gen.ts').FromSidecar} FromSidecar */
/** @typedef {import('../../src/protocol.gen.ts').ToSidecar} ToSidecar */
/** @typedef {import('../../src/protocol.gen.ts').Limits} Limits */
/** @typedef {any} Frame frames are looked into freely here; their types are checked where they are made */

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const WAIT_MS = 20_000;

export const LIMITS = { max_line_bytes: 1_048_576, max_held_stanzas: 2_000, max_held_bytes: 16_777_216 };

export const SECRET = 'c0ffee00'.repeat(8);

/**
 * A text as the gateway has it sent.
 *
 * @param {string} text
 * @returns {import('../../src/protocol.gen.ts').Payload}
 */
export const textPayload = (text, secret = SECRET) => ({
  content: { type: 'text', text },
  secret,
  mentions: [],
  quote: null,
  at_ms: null,
});

/** @returns {Promise<string>} */
export function makeAuthDir() {
  return mkdtemp(join(tmpdir(), 'fased-auth-'));
}

/** @param {string} dir */
export function removeDir(dir) {
  return rm(dir, { recursive: true, force: true });
}

export class Sidecar {
  /** @type {Frame[]} */
  frames = [];
  /** Whole stdout and stderr, for tests that look for what must not be there. */
  stdout = '';
  stderr = '';
  autoAck = true;
  #waiting = new Set();
  #partial = '';
  #requestId = 0;

  /**
   * @param {object} options
   * @param {string} options.authDir
   * @param {{ ws: string, root: string }} [options.fake]
   * @param {'qr' | import('../../src/protocol.gen.ts').LoginMethod | null} [options.login]
   * @param {import('../../src/protocol.gen.ts').WebVersion} [options.version]
   * @param {Partial<Limits>} [options.limits]
   * @param {Record<string, string>} [options.env]
   * @param {string} [options.main]
   * @param {string[]} [options.nodeFlags]
   * @param {number} [options.protocol]
   * @param {string} [options.mediaDir]
   */
  constructor({
    authDir,
    fake,
    login = null,
    version = 'pinned',
    limits = {},
    env = {},
    main = MAIN,
    nodeFlags = [],
    protocol = 5,
    mediaDir = join(authDir, 'media'),
  }) {
    const target = fake ? { FASED_WHATSAPP_URL: fake.ws, FASED_WHATSAPP_ROOT: fake.root } : {};
    this.startedAt = performance.now();
    this.child = spawn(process.execPath, [...nodeFlags, main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...target, ...env },
    });
    this.exited = new Promise(resolve =>
      this.child.once('close', (code, signal) => resolve({ code, signal })),
    );
    this.child.stdin.on('error', () => {});
    this.child.stdout.setEncoding('utf8').on('data', chunk => this.#read(chunk));
    this.child.stderr.setEncoding('utf8').on('data', chunk => {
      this.stderr += chunk;
    });
    this.child.once('close', () => {
      for (const waiter of this.#waiting) waiter.check();
    });
    const method = login === 'qr' ? { type: login } : login;
    const welcome = {
      account: 'test',
      auth_dir: authDir,
      media_dir: mediaDir,
      login: method,
      version,
      limits: { ...LIMITS, ...limits },
    };
    this.send({ kind: 'welcome', protocol, ...welcome });
  }

  /** @param {Frame} frame */
  send(frame) {
    this.child.stdin.write(`${JSON.stringify(frame)}\n`);
  }

  /** @param {Frame} call @returns {Promise<Frame>} its outcome */
  async request(call) {
    this.#requestId += 1;
    const id = this.#requestId;
    this.send({ kind: 'request', id, ...call });
    const response = await this.waitFor(frame => frame.kind === 'response' && frame.id === id);
    return response.outcome;
  }

  /** @param {string} chat @param {string} text @param {string} messageId */
  sendText(chat, text, messageId) {
    const payload = textPayload(text);
    return this.request({ method: 'send', params: { chat, message_id: messageId, payload } });
  }

  /**
   * Answers a lookup.
   *
   * @param {Frame} lookup
   * @param {import('../../src/protocol.gen.ts').Payload | null} payload
   * @param {string} sentTo
   */
  found({ id, chat }, payload, sentTo = chat) {
    this.send({ kind: 'found', id, chat: payload && sentTo, payload });
  }

  /**
   * The first frame, past or future, that fits.
   *
   * @param {(frame: Frame) => boolean} fits
   * @param {{ after?: number, ms?: number }} [options] `after`: skip that many frames
   * @returns {Promise<Frame>}
   */
  waitFor(fits, { after = 0, ms = WAIT_MS } = {}) {
    return new Promise((resolve, reject) => {
      const waiter = {
        check: () => {
          const found = this.frames.slice(after).find(fits);
          if (found) done(() => resolve(found));
          else if (this.child.exitCode !== null || this.child.signalCode !== null)
            done(() => reject(this.#missing('it exited')));
        },
      };
      const timer = setTimeout(() => done(() => reject(this.#missing('time is up'))), ms);
      /** @param {() => void} settle */
      const done = settle => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        settle();
      };
      this.#waiting.add(waiter);
      waiter.check();
    });
  }

  /** @param {string} type of link */
  link(type, options = {}) {
    return this.waitFor(frame => frame.kind === 'link' && frame.link.type === type, options);
  }

  /** @param {string} type @param {(event: Frame) => boolean} [fits] @returns {Promise<Frame>} the event itself */
  async event(type, fits = () => true, options = {}) {
    const frame = await this.waitFor(
      ({ kind, event }) => kind === 'event' && event.type === type && fits(event),
      options,
    );
    return { seq: frame.seq, ...frame.event };
  }

  closed(options = {}) {
    return this.waitFor(frame => frame.kind === 'closed', options);
  }

  /** @param {string} type @returns {Frame[]} */
  events(type) {
    return this.frames
      .filter(({ kind, event }) => kind === 'event' && event.type === type)
      .map(({ event }) => event);
  }

  async stop() {
    this.child.stdin.end();
    return this.exited;
  }

  kill() {
    this.child.kill('SIGKILL');
    return this.exited;
  }

  /** @param {string} chunk */
  #read(chunk) {
    this.stdout += chunk;
    const lines = (this.#partial + chunk).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) {
      const frame = JSON.parse(line);
      this.frames.push({ ...frame, receivedAt: performance.now() });
      if (frame.kind === 'event' && this.autoAck) this.send({ kind: 'ack', seq: frame.seq });
    }
    for (const waiter of this.#waiting) waiter.check();
  }

  /** @param {string} why */
  #missing(why) {
    const seen = this.frames.map(({ kind, link, event, reason }) =>
      [kind, link?.type, event?.type, reason].filter(Boolean).join(':'),
    );
    return new Error(`${why}; frames: ${seen.join(' ')}; stderr: ${this.stderr.slice(-2_000)}`);
  }
}
