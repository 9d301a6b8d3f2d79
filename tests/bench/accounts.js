// Several accounts at rest: what the gateway works when nothing happens, and what many of them take.

import { join } from 'node:path';
import { sleep } from './fake.js';
import { Gateway } from './gateway.js';
import { cpuMs, rss, uss } from './processes.js';

const FEW = 3;
/** Until what follows a start is done. */
const SETTLE_MS = 3_000;

/** @param {import('./round.js').Stage} stage */
export async function accounts({ dir, sizes, note, newFake, running }) {
  const few = await linked(join(dir, 'few'), FEW, newFake, running);
  await sleep(SETTLE_MS);
  const [began, before] = [performance.now(), cpuMs(few.pids().slice(0, 1))];
  await sleep(sizes.idleS * 1000);
  const used = cpuMs(few.pids().slice(0, 1)) - before;
  note('accounts idle', 'ours', (used / (performance.now() - began)) * 100);
  await few.stop();
  running.delete(few);

  const many = await linked(join(dir, 'many'), sizes.accounts, newFake, running);
  await sleep(SETTLE_MS);
  const [gateway, ...sidecars] = many.pids();
  note('many gateway rss', 'ours', rss([gateway]));
  note('many gateway uss', 'ours', uss([gateway]));
  note('many sidecar rss', 'ours', rss(sidecars));
  note('many sidecar uss', 'ours', uss(sidecars));
  await many.stop();
  running.delete(many);
}

/** A gateway with so many accounts, each linked and ready, started anew after that. */
async function linked(dir, count, newFake, running) {
  const fake = await newFake();
  const phones = Array.from({ length: count }, (_, i) => `+155501004${String(i).padStart(2, '0')}`);
  const side = new Gateway(dir, fake);
  side.configure({ accounts: Object.fromEntries(phones.map((_, i) => [`number${i}`, {}])) });
  running.add(side);
  await side.start();
  await side.untilAll(({ state }) => state === 'unlinked');
  for (const [i, phone] of phones.entries()) {
    await fake.call('POST /phones', { phone });
    await side.login(`number${i}`, phone);
  }
  await side.stop();
  await side.start();
  await side.untilAll(({ state }) => state === 'ready');
  return side;
}
