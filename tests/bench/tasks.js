// What a store full of Tasks costs: two gateways that differ in how many they have, none of them due.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from './decisions.js';
import { sleep } from './fake.js';
import { Gateway } from './gateway.js';
import { cpuMs } from './processes.js';

const run = promisify(execFile);
/** After a start, until what a start has to do is done. */
const SETTLE_MS = 3_000;

/** @param {import('./round.js').Stage} stage */
export async function tasks({ dir, sizes, note, turns, newFake, running }) {
  const sides = {
    ours: new Gateway(join(dir, 'many-tasks'), await newFake()),
    plain: new Gateway(join(dir, 'no-tasks'), await newFake()),
  };
  for (const [name, side] of turns(sides)) {
    running.add(side);
    await side.link();
    if (name === 'ours') await run(program('FASED_BENCH_TASKS'), [side.dir, String(sizes.tasks)]);
    // The first start after a filling finds nothing of it in memory, which no second one does.
    await side.startLinked();
    await side.stop();
  }
  for (let i = 0; i < sizes.starts; i++) {
    for (const [name, side] of turns(sides)) {
      note('tasks ready', name, await side.startLinked());
      if (i < sizes.starts - 1) await side.stop();
    }
  }
  await sleep(SETTLE_MS);
  const [began, before] = [performance.now(), {}];
  for (const [name, side] of turns(sides)) before[name] = cpuMs(side.pids().slice(0, 1));
  await sleep(sizes.idleS * 1000);
  for (const [name, side] of turns(sides)) {
    const used = cpuMs(side.pids().slice(0, 1)) - before[name];
    note('tasks idle', name, (used / (performance.now() - began)) * 100);
  }
  for (const side of Object.values(sides)) await side.stop();
  running.clear();
}
