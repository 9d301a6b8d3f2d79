// Does the gateway grow? By new processes of its sidecar, real ones and played ones, and by messages. These take long, so
// each is measured in the first round alone.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sleep } from './fake.js';
import { Gateway } from './gateway.js';
import { made, rss } from './processes.js';

const FAKE_SIDECAR = fileURLToPath(new URL('../fake-sidecar/main.js', import.meta.url));
const PROTOCOL = 5;
/** As short as they may be. */
const RECONNECT = { initialMs: 10, maxMs: 10, factor: 1, jitter: 0 };
/** What is loaded once is there after so many. */
const WARM_RECONNECTS = 10;
const WARM_MESSAGES = 1_000;
const FLOOD = 250;
const SENDERS = Array.from({ length: 10 }, (_, i) => `+155501003${String(i).padStart(2, '0')}`);
/** Until all that follows is done. */
const SETTLE_MS = 3_000;
const LOOK_EVERY_MS = 100;

/** Links that drop: each time a real process ends and another one logs in. @param {import('./round.js').Stage} stage */
export async function reconnects(stage) {
  const { number, dir, sizes, newFake, running } = stage;
  if (number > 0) return;
  const side = new Gateway(join(dir, 'reconnects'), await newFake());
  side.configure({ reconnect: RECONNECT });
  running.add(side);
  await side.link();
  await side.startLinked();
  await grown(stage, side, 'reconnects', WARM_RECONNECTS, sizes.reconnects, async count => {
    for (let i = 0; i < count; i++) {
      const [sidecar] = side.sidecars;
      await side.fake.fault('drop');
      await side.untilAll(({ state, sidecar_pid }) => state === 'ready' && sidecar_pid !== sidecar);
    }
  });
}

/** The same with a sidecar that opens a link and loses it at once. @param {import('./round.js').Stage} stage */
export async function played(stage) {
  const { number, dir, sizes, running } = stage;
  if (number > 0) return;
  const home = join(dir, 'home');
  mkdirSync(join(home, 'sidecar/src'), { recursive: true });
  copyFileSync(FAKE_SIDECAR, join(home, 'sidecar/src/main.js'));
  writeFileSync(join(home, 'sidecar/package.json'), '{ "type": "module" }');
  writeFileSync(join(home, 'sidecar/scripts.json'), JSON.stringify([SHORT_LIFE]));
  const side = new Gateway(join(dir, 'played'), undefined);
  side.configure({ reconnect: RECONNECT });
  side.environment = { FASED_HOME: home };
  running.add(side);
  await side.start();
  await grown(stage, side, 'played', WARM_RECONNECTS, sizes.played, async count => {
    const respawns = async () => (await side.accounts())[0].respawns;
    for (const all = (await respawns()) + count; (await respawns()) < all; ) await sleep(LOOK_EVERY_MS);
  });
}

/** Messages that are taken in, judged and not answered. @param {import('./round.js').Stage} stage */
export async function messages(stage) {
  const { number, dir, sizes, newFake, running } = stage;
  if (number > 0) return;
  const fake = await newFake();
  const side = new Gateway(join(dir, 'messages'), fake);
  side.configure({ observeOnly: true });
  running.add(side);
  await side.link();
  await side.startLinked();
  await grown(stage, side, 'messages', WARM_MESSAGES, sizes.messages, async count => {
    const before = await side.journaled();
    for (let sent = 0; sent < count; sent += FLOOD) {
      const each = FLOOD / SENDERS.length;
      await Promise.all(SENDERS.map(sender => fake.send(sender, 'growth', { count: each })));
      if (!(await fake.emptied())) throw new Error('not all messages were taken');
    }
    const journaled = (await side.journaled()) - before;
    if (journaled !== count) throw new Error(`the journal holds ${journaled} messages of ${count}`);
  });
}

/**
 * By how much the gateway is larger after all of it than after the first of it, in percent of what it was. What grows is
 * counted without the pages of its program: those it lets go of now and then, which would hide a leak.
 */
async function grown({ note, running }, side, key, warm, count, work) {
  const [gateway] = side.pids();
  await work(warm);
  await sleep(SETTLE_MS);
  const [before, madeBefore] = [rss([gateway]), made([gateway])];
  await work(count);
  await sleep(SETTLE_MS);
  note(`${key} rss`, 'ours', rss([gateway]));
  note(`${key} growth`, 'ours', ((made([gateway]) - madeBefore) / before) * 100);
  await side.stop();
  running.delete(side);
}

const SHORT_LIFE = [
  { say: { kind: 'hello', protocol: PROTOCOL, sidecar: '0.0.0', baileys: '7.0.0', node: '20.0.0' } },
  { hear: 'welcome' },
  { say: { kind: 'ready', linked: true } },
  {
    say: {
      kind: 'link',
      link: {
        ...{ type: 'opened', jid: '15550100001:1@s.whatsapp.net', lid: null, name: null },
        version: [2, 3000, 1],
      },
    },
  },
  { say: { kind: 'closed', reason: 'lost', status: 428, text: 'played', expires_s: null } },
];
