// What a store full of Tasks costs: two gateways that differ in how many they have, none of them due; and a third one whose
// Tasks are all due at once.

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
const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 20;
/** Until all that is due has to be dealt with. */
const PATIENCE_MS = 120_000;

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
  await dueAtOnce({ dir, sizes, note, newFake, running });
  running.clear();
}

/** How long until each has a run, or is skipped; and how long, meanwhile, the slowest answer takes. */
async function dueAtOnce({ dir, sizes, note, newFake, running }) {
  const side = new Gateway(join(dir, 'due-tasks'), await newFake());
  running.add(side);
  await side.link();
  await run(program('FASED_BENCH_TASKS'), [side.dir, String(sizes.tasks), '1']);
  side.environment = { FASED_SIMULATED_CLOCK: '0' };
  await side.startLinked();
  await sleep(SETTLE_MS);
  // Of ten Tasks the last two are not active, and what is due first is dealt with first.
  const last = { verb: 'tasks_show', id: String(sizes.tasks - 3).padStart(4, '0') };
  const due = (await side.ask(last)).next_ms;
  const began = performance.now();
  await side.ask({ verb: 'clock_advance', ms: HOUR_MS + sizes.tasks });
  for (let slowest = performance.now() - began; ; ) {
    const asked = performance.now();
    const task = await side.ask(last);
    slowest = Math.max(slowest, performance.now() - asked);
    const taken = performance.now() - began;
    if (task.next_ms !== due) {
      note('tasks due', 'ours', taken);
      note('tasks due answer', 'ours', slowest);
      break;
    }
    if (taken > PATIENCE_MS) throw new Error('not all Tasks that are due are dealt with');
    await sleep(LOOK_EVERY_MS);
  }
  await side.stop();
}
