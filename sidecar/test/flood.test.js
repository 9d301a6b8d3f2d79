// A9: thousands of messages that cannot be read, in a minute. FASED_FLOOD=10000 runs the whole
// requirement, which takes a minute.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BO, CY, OWNER, startFake } from './helpers/account.js';

const MESSAGES = Number(process.env.FASED_FLOOD ?? 1_500);
const BATCH = 500;
const FLAGS = ['--max-old-space-size=160', '--max-semi-space-size=2'];
const GROWTH_MB = 50;

/** @param {number | undefined} pid */
function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

test(`${MESSAGES} messages that cannot be read`, { timeout: 240_000 }, async t => {
  const world = await startFake(t);
  await world.link();
  const sidecar = await world.openFor(t, { nodeFlags: FLAGS });
  for (const from of [BO, CY]) {
    await world.api.post('/messages', { to: OWNER, from, text: 'first' });
    await sidecar.event('message', ({ text }) => text === 'first');
  }
  const before = residentMb(sidecar.child.pid);
  let peak = before;
  const sampling = setInterval(() => {
    if (sidecar.child.exitCode === null) peak = Math.max(peak, residentMb(sidecar.child.pid));
  }, 100);
  sampling.unref();
  const broken = { to: OWNER, from: BO, text: 'x', corrupt: true, serve_retries: false };
  const at = performance.now();
  for (let done = 0; done < MESSAGES; done += BATCH) {
    const { ids } = await world.api.post('/messages', { ...broken, count: BATCH });
    await sidecar.event('undecryptable', ({ origin }) => origin.id === ids.at(-1), { ms: 60_000 });
  }
  const seconds = (performance.now() - at) / 1_000;
  assert.equal(sidecar.events('undecryptable').length, MESSAGES);
  const asked = (await world.api.records('receipt')).filter(record => record.receipt_type === 'retry');
  assert(
    asked.length >= 100 && asked.length <= 100 * Math.ceil(seconds / 60 + 1),
    `${asked.length} requests`,
  );

  const { ids } = await world.api.post('/messages', { to: OWNER, from: CY, text: 'still', corrupt: true });
  await sidecar.event('message', ({ origin }) => origin.id === ids[0]);
  clearInterval(sampling);
  const lines = sidecar.stderr.split('\n').length - 1;
  t.diagnostic(
    `${seconds.toFixed(1)} s, +${(peak - before).toFixed(1)} MB, ${lines} lines, ${asked.length} asked`,
  );
  assert(peak - before <= GROWTH_MB, `grew by ${peak - before} MB`);
  assert(lines <= 30 * Math.ceil(seconds / 60 + 1), `${lines} lines`);
});
