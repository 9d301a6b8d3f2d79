// Ours: the release binary, driven over its control socket.

import { spawn } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ended, sleep } from './fake.js';

const BINARY = process.env.FASED_BENCH_BINARY;
const CONTROL = 'run/v7/gateway.sock';
const PATIENCE_MS = 30_000;
/** For what has its own gate, which is lower. */
const LONG_PATIENCE_MS = 90_000;
const LOOK_EVERY_MS = 5;

export class Gateway {
  /** @param {string} dir its state dir @param {import('./fake.js').Fake} fake the only server it may reach */
  constructor(dir, fake) {
    this.dir = dir;
    this.authDir = join(dir, 'credentials/whatsapp/default');
    this.fake = fake;
    /** More for its environment. */
    this.environment = {};
    /** @type {number[]} their process ids */
    this.sidecars = [];
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.configure();
  }

  /** @param {object} settings @param {object} others sections beside the channels */
  configure(settings = {}, others = {}) {
    const whatsapp = { dmPolicy: 'open', allowFrom: ['*'], ...settings };
    writeFileSync(join(this.dir, 'fased.json'), JSON.stringify({ channels: { whatsapp }, ...others }));
  }

  /** @returns {Promise<number>} milliseconds from spawn to the first answer */
  async start() {
    const began = performance.now();
    const env = { ...process.env, ...this.environment, FASED_STATE_DIR: this.dir };
    if (this.fake)
      Object.assign(env, { FASED_WHATSAPP_URL: this.fake.ws, FASED_WHATSAPP_ROOT: this.fake.root });
    const log = openSync(join(this.dir, 'log'), 'a');
    this.process = spawn(BINARY, ['gateway', 'run'], { env, stdio: ['ignore', log, log] });
    for (;;) {
      try {
        await this.ask({ verb: 'gateway_status' });
        return performance.now() - began;
      } catch {
        if (this.process.exitCode !== null) throw new Error(`the gateway ended; see ${this.dir}/log`);
        if (performance.now() - began > PATIENCE_MS) throw new Error('the gateway does not answer');
        await sleep(1);
      }
    }
  }

  /** @returns {Promise<number>} milliseconds from spawn to the account's `ready` */
  async startLinked() {
    const began = performance.now();
    await this.start();
    await this.until({ verb: 'watch' }, ({ what }) => what?.type === 'account' && what.state === 'ready');
    const time = performance.now() - began;
    this.sidecars = (await this.accounts()).map(({ sidecar_pid }) => sidecar_pid);
    return time;
  }

  /** Links the only account. */
  async link() {
    await this.start();
    await this.login('default', this.fake.phone);
    await this.stop();
  }

  /** Links one account of a gateway that runs. @param {string} account @param {string} phone of its owner */
  async login(account, phone) {
    let scanned;
    await this.until({ verb: 'channels_login', account, method: { type: 'qr' } }, answer => {
      if (answer.kind === 'error') throw new Error(answer.message);
      if (answer.event === 'qr') scanned ??= this.fake.scan(answer.payload, phone);
      return answer.event === 'linked';
    });
    await scanned;
  }

  /** How the accounts are. */
  async accounts() {
    return (await this.ask({ verb: 'channels_status', account: null })).accounts;
  }

  /** Waits until this holds for every account, and notes their sidecars. */
  async untilAll(holds) {
    const end = performance.now() + LONG_PATIENCE_MS;
    for (;;) {
      const accounts = await this.accounts();
      if (accounts.every(holds)) {
        this.sidecars = accounts.map(({ sidecar_pid }) => sidecar_pid);
        return accounts;
      }
      if (performance.now() > end) {
        const states = accounts.map(({ account, state }) => `${account} is ${state}`);
        throw new Error(`waited in vain; ${states.join(', ')}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** How many messages the journal holds. */
  async journaled() {
    const [account] = await this.accounts();
    return account.inbound.reduce((sum, { name, count }) => sum + (name === 'duplicate' ? 0 : count), 0);
  }

  pids() {
    return [this.process.pid, ...this.sidecars];
  }

  async stop() {
    this.process.kill('SIGTERM');
    await ended(this.process);
  }

  ask(request) {
    return this.until(request, () => true);
  }

  /** The first answer that fits. */
  until(request, fits) {
    return new Promise((resolve, reject) => {
      const socket = createConnection(join(this.dir, CONTROL));
      const done = (action, value) => {
        clearTimeout(timer);
        socket.destroy();
        action(value);
      };
      const timer = setTimeout(() => done(reject, new Error(`${request.verb}: no answer`)), PATIENCE_MS);
      socket.on('error', error => done(reject, error));
      socket.on('close', () => done(reject, new Error(`${request.verb}: the gateway hung up`)));
      createInterface(socket)
        .on('line', line => {
          const answer = JSON.parse(line);
          try {
            if (fits(answer)) done(resolve, answer);
          } catch (error) {
            done(reject, error);
          }
        })
        .on('error', () => {});
      socket.write(`${JSON.stringify(request)}\n`);
    });
  }
}
