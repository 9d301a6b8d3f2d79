// A folder, the fake WhatsApp server, and a gateway between them.

import assert from 'node:assert/strict';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fake } from '../bench/fake.js';
import { PROJECT, Program } from './program.js';

export const OWNER = '+15550100001';
export const ANNA = '+15550100002';
export const BERT = '+15550100003';

const PATIENCE_MS = 30_000;
/** A gateway ends its sidecars first. */
const END_MS = 15_000;
const LOOK_EVERY_MS = 50;

export class Stage {
  folder = mkdtempSync(join(tmpdir(), 'fased-browser-'));
  state = join(this.folder, 'state');
  log = join(this.folder, 'gateway.log');
  /** @type {Fake | undefined} */
  whatsapp;
  /** @type {Program | undefined} */
  gateway;
  /** More for the environment of the gateway and the verbs. @type {Record<string, string>} */
  environment = {};

  get fake() {
    if (this.whatsapp === undefined) throw new Error('this world has no WhatsApp yet');
    return this.whatsapp;
  }

  /**
   * A fake WhatsApp and a gateway that nobody has linked yet.
   *
   * @param {object} config all of it but the listener's port, which is any that is free
   * @param {string[]} words more for `fased gateway run`
   */
  async start(config = {}, words = []) {
    this.whatsapp = await Fake.start(OWNER);
    this.configure(config);
    await this.startGateway(words);
  }

  /** The same, linked and ready. @param {object} config @param {string[]} words */
  async startLinked(config = {}, words = []) {
    await this.start(config, words);
    await this.link();
  }

  /** @param {any} config */
  configure(config) {
    const gateway = { ...config.gateway, http: { port: 0, ...config.gateway?.http } };
    mkdirSync(this.state, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.state, 'fased.json'), JSON.stringify({ ...config, gateway }, null, 2));
  }

  /** @param {string[]} words */
  async startGateway(words = []) {
    const log = openSync(this.log, 'a');
    const gateway = this.run(['gateway', 'run', ...words], log);
    closeSync(log);
    this.gateway = gateway;
    await this.until('the gateway answers', async () => {
      assert.equal(gateway.code, null, `the gateway ended:\n${this.logged()}`);
      return (await this.fased(['gateway', 'status'])).code === 0;
    });
  }

  /** @param {NodeJS.Signals} signal */
  async endGateway(signal = 'SIGTERM') {
    const gateway = this.gateway;
    this.gateway = undefined;
    const code = await gateway?.end(signal, END_MS);
    if (signal === 'SIGTERM') assert.equal(code ?? 0, 0, `the gateway ends well:\n${this.logged()}`);
  }

  env() {
    const { PATH, LANG, TZ, FASED_NODE, FASED_HOME } = process.env;
    return {
      ...defined({ PATH, LANG, TZ, FASED_NODE }),
      HOME: join(this.folder, 'home'),
      XDG_RUNTIME_DIR: join(this.folder, 'runtime'),
      FASED_HOME: FASED_HOME ?? PROJECT,
      FASED_STATE_DIR: this.state,
      FASED_LOG: 'info,fased=debug',
      // Nothing may reach out of this machine: without a fake there is nobody to connect to.
      FASED_WHATSAPP_URL: this.whatsapp?.ws ?? 'ws://127.0.0.1:9/ws/chat',
      ...defined({ FASED_WHATSAPP_ROOT: this.whatsapp?.root }),
      ...this.environment,
    };
  }

  /**
   * A verb, to its end. @param {string[]} words
   * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
   */
  async fased(words) {
    const verb = this.run(words);
    const [stdout, stderr, code] = await Promise.all([verb.stdout(), verb.stderr(), verb.ended(PATIENCE_MS)]);
    return { code, stdout, stderr };
  }

  /** `fased`, started. @param {string[]} words @param {number} [log] where its output goes */
  run(words, log) {
    return new Program(words, { cwd: this.folder, env: this.env(), log });
  }

  /** What a verb prints that has to succeed. @param {string[]} words @returns {Promise<any>} */
  async json(words) {
    const { code, stdout, stderr } = await this.fased([...words, '--json']);
    assert.equal(code, 0, `fased ${words.join(' ')}: ${stdout}${stderr}`);
    return JSON.parse(stdout);
  }

  /** A new one-time link to the page. @returns {Promise<string>} */
  async pageLink() {
    return (await this.json(['dashboard', '--no-open'])).url;
  }

  /** Links the default account by its QR, from the command line. @param {(event: any) => void} told of each step */
  async link(told = () => {}) {
    const login = this.run(['channels', 'login', '--channel', 'whatsapp', '--json']);
    const scanning = login.lines(async line => {
      const event = JSON.parse(line);
      told(event);
      if (event.event === 'qr') await this.fake.scan(event.payload);
    });
    const code = await login.ended(PATIENCE_MS);
    await scanning;
    assert.equal(code, 0, `the login ends well:\n${this.logged()}`);
    await this.untilAccount('ready');
  }

  /** @param {string} account @returns {Promise<any>} */
  async account(account = 'default') {
    return (await this.json(['channels', 'status', '--account', account])).accounts[0];
  }

  /** @param {string} state @param {string} account */
  untilAccount(state, account = 'default') {
    return this.until(`${account} is ${state}`, async () => (await this.account(account)).state === state);
  }

  /**
   * Looks again and again, up to a deadline.
   *
   * @template T @param {string} what @param {() => Promise<T> | T} look gives something true when it is so
   * @returns {Promise<T>}
   */
  async until(what, look, ms = PATIENCE_MS) {
    const end = performance.now() + ms;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (performance.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}`);
      await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  logged() {
    try {
      return readFileSync(this.log, 'utf8');
    } catch {
      return '';
    }
  }

  /** Ends everything, also after a failure; the first thing that does not end well is told. */
  async end() {
    await inTurn([
      () => this.endGateway(),
      () => this.whatsapp?.stop(),
      () => rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 }),
    ]);
  }
}

/** All of them, whatever becomes of those before. @param {(() => unknown)[]} steps */
export async function inTurn(steps) {
  const wrong = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      wrong.push(error);
    }
  }
  if (wrong.length > 0) throw wrong[0];
}

/** @param {Record<string, string | undefined>} values @returns {Record<string, string>} */
function defined(values) {
  return JSON.parse(JSON.stringify(values));
}
