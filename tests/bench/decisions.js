// Verdicts a second and megabytes of answers a second, from programs that do nothing else, and what a store full of people costs in memory.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sleep } from './fake.js';
import { Gateway } from './gateway.js';
import { rss } from './processes.js';

const run = promisify(execFile);
const FRIEND = '+15550100100';
const SENDERS = Array.from({ length: 10 }, (_, i) => `+155501004${String(i).padStart(2, '0')}`);
/** After the last receipt. */
const SETTLE_MS = 1_000;

/** @param {import('./round.js').Stage} stage */
export async function decisions({ note }) {
  const { stdout } = await run(program('FASED_BENCH_DECISIONS'), []);
  const { decisions_per_second, group_per_second } = JSON.parse(stdout);
  note('decisions', 'ours', decisions_per_second);
  note('group decisions', 'ours', group_per_second);
}

/** @param {import('./round.js').Stage} stage */
export async function chunking({ note }) {
  const { stdout } = await run(program('FASED_BENCH_CHUNKING'), []);
  const { plain_mb_per_second, heavy_mb_per_second, raw_mb_per_second } = JSON.parse(stdout);
  note('chunking', 'ours', plain_mb_per_second);
  note('heavy chunking', 'ours', heavy_mb_per_second);
  note('raw chunking', 'ours', raw_mb_per_second);
}

/**
 * Two gateways that differ in how many people their stores know. Both judge messages of people under numbers and
 * under hidden ids, each of which is looked up among those known.
 *
 * @param {import('./round.js').Stage} stage
 */
export async function identities({ dir, sizes, note, turns, newFake, running }) {
  const sides = {
    ours: new Gateway(join(dir, 'many-known'), await newFake()),
    plain: new Gateway(join(dir, 'none-known'), await newFake()),
  };
  for (const [name, side] of turns(sides)) {
    running.add(side);
    await side.link();
    if (name === 'ours') await run(program('FASED_BENCH_FILL'), [side.dir, String(sizes.known)]);
    for (const [i, phone] of SENDERS.entries()) {
      const addressing = i % 2 === 0 ? 'pn' : 'lid';
      await side.fake.call('POST /contacts', { phone, addressing, share_alt: false });
    }
    await side.startLinked();
    await side.fake.roundTrip(FRIEND, 'hello');
  }
  for (let i = 0; i < sizes.judged; i += SENDERS.length) {
    for (const [, { fake }] of turns(sides)) {
      const after = await fake.lastSeq();
      for (const sender of SENDERS) await fake.send(sender, `question ${i}`);
      const answers = await fake.counted('message', after, SENDERS.length);
      if (answers.length !== SENDERS.length)
        throw new Error(`${answers.length} of ${SENDERS.length} answered`);
    }
  }
  await sleep(SETTLE_MS);
  for (const [name, side] of turns(sides)) note('known rss', name, rss(side.pids().slice(0, 1)));
  for (const side of Object.values(sides)) await side.stop();
  running.clear();
}

export function program(variable) {
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set; run scripts/bench`);
  return path;
}
