// Where the blocks of a page are run: a home folder, `fased` on PATH, a WhatsApp server on loopback, and a gateway.

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { FakeWhatsApp } from '../fake-whatsapp/index.js';
import { DEADLINE_MS, Running } from './shell.js';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const FASED = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target', 'debug/fased');

/** The phone that accounts are linked to, and people that pages write about. */
export const OWN = '+15550100001';
const FRIEND = '+15551234567';
const OTHER = '+15557654321';
const GROUP = '120363000000000001@g.us';

/**
 * `none` has no WhatsApp at all, `unlinked` one that no account is linked to and no gateway; in `linked` a gateway runs
 * whose account is ready and whose HTTP port is any free one, FRIEND is on the allow list and has written, and GROUP is a group of both and OTHER.
 * @typedef {'none' | 'unlinked' | 'linked'} Kind
 */
const KINDS = ['none', 'unlinked', 'linked'];

const CONFIG = `{
  channels: {
    whatsapp: {
      dmPolicy: "pairing",
      allowFrom: ["${FRIEND}"],
      owners: ["${FRIEND}"],
    },
  },
  gateway: { http: { port: 0 } },
}
`;

/** @type {Promise<string> | undefined} */
let template;

export class World {
  /**
   * @param {string} kind
   * @returns {Promise<World>}
   */
  static async start(kind) {
    if (!KINDS.includes(kind))
      throw new Error(`there is no world "${kind}"; write one of ${KINDS.join(', ')}`);
    const world = new World();
    if (kind === 'none') return world;
    if (kind === 'linked') {
      template ??= linkedOnce();
      cpSync(await template, world.dir, { recursive: true });
    }
    await world.connect();
    if (kind === 'linked') await world.run();
    return world;
  }

  constructor() {
    if (!existsSync(FASED)) throw new Error(`there is no ${FASED}; build it: cargo build -p fased`);
    this.dir = mkdtempSync(join(tmpdir(), 'docs-'));
    this.home = join(this.dir, 'home');
    mkdirSync(join(this.home, '.fased'), { recursive: true, mode: 0o700 });
    const bin = join(this.dir, 'bin');
    mkdirSync(bin);
    symlinkSync(FASED, join(bin, 'fased'));
    /** @type {Record<string, string>} */
    this.env = {
      HOME: this.home,
      PATH: `${bin}:${process.env.PATH}`,
      LANG: 'C.UTF-8',
      TZ: 'Europe/Berlin',
      FASED_HOME: ROOT,
      FASED_NODE: process.execPath,
      // Nothing that a page says reaches the real WhatsApp.
      FASED_WHATSAPP_URL: 'ws://127.0.0.1:9/ws/chat',
    };
    /** @type {Running[]} */
    this.background = [];
    /** @type {FakeWhatsApp | undefined} */
    this.fake = undefined;
  }

  /** Brings a WhatsApp server up, from its last state if it has one. */
  async connect() {
    const fake = await FakeWhatsApp.start({ stateDir: join(this.dir, 'whatsapp') });
    this.fake = fake;
    const ca = join(this.dir, 'ca.pem');
    writeFileSync(ca, fake.ca);
    Object.assign(this.env, {
      FASED_WHATSAPP_URL: fake.ws,
      FASED_WHATSAPP_ROOT: fake.root,
      FASED_WHATSAPP_CA: ca,
      FASED_WHATSAPP_MEDIA_PORT: String(fake.media).split(':').pop(),
    });
    await this.post('/phones', { phone: OWN });
  }

  /** Starts a gateway, and waits until its accounts are ready. */
  async run() {
    this.start('fased gateway run');
    await this.until(() => this.json('fased gateway status --json').then(Boolean), 'a gateway');
    const { code, output } = await this.fased('fased status --wait 90');
    if (code !== 0) throw new Error(output);
  }

  /**
   * @param {string} text
   * @param {string[]} [lines] what somebody types there
   * @returns {Running} one that ends with the world
   */
  start(text, lines) {
    const running = new Running(text, { cwd: this.home, env: this.env }, lines);
    this.background.push(running);
    return running;
  }

  /** @param {string} text @returns {Promise<{code: number, output: string, printed: string}>} */
  async fased(text) {
    const running = new Running(text, { cwd: this.home, env: this.env });
    return { code: await running.end(), output: running.output, printed: running.printed };
  }

  /** What a command prints as JSON, or null if it fails. @param {string} text */
  async json(text) {
    const { code, printed } = await this.fased(text);
    return code === 0 ? JSON.parse(printed) : null;
  }

  /**
   * @param {string} path
   * @param {object} body
   * @returns {Promise<any>}
   */
  async post(path, body) {
    const answer = await fetch(this.fake.http + path, { method: 'POST', body: JSON.stringify(body) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(said)}`);
    return said;
  }

  /**
   * A person writes, and the gateway decides about it.
   * @param {string} from
   * @param {string} text with `@bot` where the linked number is mentioned
   * @param {string} [group]
   */
  async writes(from, text, group) {
    const mentions = text.includes('@bot') ? [OWN] : undefined;
    const to = group ? { group } : { to: OWN };
    if (!group) await this.post('/contacts', { phone: from });
    const said = text.replaceAll('@bot', `@${OWN.slice(1)}`);
    const { ids } = await this.post('/messages', { ...to, from, text: said, mentions });
    await this.until(
      () => this.json(`fased explain ${ids[0]} --json`).then(Boolean),
      `a verdict about ${text}`,
    );
  }

  /**
   * @param {() => Promise<boolean>} holds asked again after each no
   * @param {string} what
   */
  async until(holds, what) {
    for (const ends = Date.now() + DEADLINE_MS; Date.now() < ends; ) if (await holds()) return;
    throw new Error(`within ${DEADLINE_MS / 1000} s not: ${what}`);
  }

  /** The path that a page means. @param {string} name */
  path(name) {
    return resolve(this.home, name.replace(/^~\//, ''));
  }

  async end() {
    for (const running of this.background.splice(0).reverse()) await running.stop();
    await this.fased('fased gateway stop');
    await this.fake?.stop();
  }

  /** Ends everything and leaves nothing. */
  async remove() {
    await this.end();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Links one account, for all worlds that need it; their folders are copies. */
async function linkedOnce() {
  const world = new World();
  process.once('exit', () => rmSync(world.dir, { recursive: true, force: true }));
  writeFileSync(world.path('.fased/fased.json'), CONFIG, { mode: 0o600 });
  await world.connect();
  world.start('fased gateway run');
  await world.until(() => world.json('fased gateway status --json').then(Boolean), 'a gateway');
  const login = world.start('fased channels login --json');
  const qr = await login.until(() => login.output.match(/"payload":"([^"]+)"/)?.[1], 'a code');
  await world.post('/scan', { phone: OWN, qr });
  if ((await login.end()) !== 0) throw new Error(`the account was not linked:\n${login.output}`);
  await world.post('/groups', { id: GROUP, subject: 'Family', members: [FRIEND, OTHER, OWN] });
  await world.writes(FRIEND, 'hello');
  await world.writes(FRIEND, '@bot hello', GROUP);
  await world.writes(OTHER, 'may I write?');
  const isThere = (/** @type {{state: string}} */ { state }) => state === 'delivered';
  await world.until(
    () =>
      world
        .json('fased outbox list --json')
        .then(({ messages }) => messages.length === 3 && messages.every(isThere)),
    'all answers on the phones',
  );
  await world.end();
  // What is a process's own is made again by each.
  for (const own of ['bin', 'home/.fased/run'])
    rmSync(join(world.dir, own), { recursive: true, force: true });
  return world.dir;
}
