// Ours for sending to groups: the sidecar alone, over the wire as the gateway drives it.

import { randomBytes } from 'node:crypto';
import { Sidecar as Driver } from '../../sidecar/test/helpers/driver.js';
import { ended } from './fake.js';

/** As in the gateway's `sidecar/spawn.rs`. */
const NODE_FLAGS = ['--max-old-space-size=192', '--max-semi-space-size=16'];

export class Sidecar {
  /** @param {string} dir the auth dir of a linked account @param {import('./fake.js').Fake} fake */
  constructor(dir, fake) {
    this.dir = dir;
    this.fake = fake;
  }

  async start() {
    const { dir: authDir, fake } = this;
    const env = { NODE_ENV: 'production' };
    this.driver = new Driver({ authDir, fake, env, nodeFlags: NODE_FLAGS });
    this.process = this.driver.child;
    await this.driver.waitFor(({ kind, link }) => kind === 'link' && link.type === 'opened');
  }

  /** Resolves when it is written. */
  async #send(group, text) {
    const id = `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
    const { status, fault } = await this.driver.sendText(group, text, id);
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
