import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Intake } from '../src/intake.js';
import { Liveness } from '../src/liveness.js';
import { LIMITS } from './helpers/driver.js';

/** @param {import('node:test').TestContext} t @param {Partial<import('../src/liveness.js').LivenessParts>} [parts] */
function setUp(t, parts = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const clock = { now: 0 };
  /** @type {string[]} */
  const deaths = [];
  /** @type {{ answer: (() => void)[] }} */
  const pings = { answer: [] };
  const liveness = new Liveness({
    ping: () => new Promise(resolve => pings.answer.push(() => resolve(undefined))),
    onDead: kind => deaths.push(kind),
    stalledFor: () => 0,
    pingEveryMs: 20_000,
    now: () => clock.now,
    ...parts,
  });
  const pass = async (/** @type {number} */ ms, step = 1_000) => {
    for (let left = ms; left > 0; left -= step) {
      clock.now += step;
      t.mock.timers.tick(step);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  return { liveness, clock, deaths, pings, pass };
}

test('answered pings and no message for a day: nothing happens', async t => {
  let asked = 0;
  const ping = async () => {
    asked += 1;
  };
  const { liveness, deaths, pass } = setUp(t, { ping });
  liveness.connected();
  await pass(24 * 3_600_000, 20_000);
  assert(asked > 4_000, String(asked));
  assert.deepEqual(deaths, []);
});

test('an unanswered ping is the end after ten seconds', async t => {
  const { liveness, deaths, pass } = setUp(t);
  liveness.connected();
  await pass(29_000);
  assert.deepEqual(deaths, []);
  await pass(1_000);
  assert.deepEqual(deaths, ['no_pong']);
});

test('any frame counts as an answer', async t => {
  const { liveness, deaths, pass } = setUp(t);
  liveness.connected();
  for (let second = 0; second < 300; second += 1) {
    await pass(1_000);
    liveness.frame();
  }
  assert.deepEqual(deaths, []);
});

test('after standing still the answer gets its time again', async t => {
  const { liveness, clock, deaths, pings, pass } = setUp(t);
  liveness.connected();
  await pass(21_000);
  assert.equal(pings.answer.length, 1);
  // The process was stopped for 90 s; the answer lies unread when the timers fire.
  clock.now += 90_000;
  await pass(10_000);
  assert.deepEqual(deaths, []);
  for (const answer of pings.answer.splice(0)) answer();
  await pass(15_000);
  assert.deepEqual(deaths, []);
  await pass(20_000);
  assert.deepEqual(deaths, ['no_pong']);
});

test('a connection that comes to nothing ends after 45 s, one that makes progress does not', async t => {
  const { deaths, liveness, pass } = setUp(t);
  for (let second = 0; second < 100; second += 1) {
    await pass(1_000);
    liveness.frame();
  }
  assert.deepEqual(deaths, []);
  await pass(91_000);
  assert.equal(deaths[0], 'no_connection');
});

test('stanzas in and no events out for 40 s: stalled', async t => {
  const intake = new Intake({ limits: LIMITS, onOverflow: () => {} });
  let stalled = 0;
  const { deaths, liveness, pass } = setUp(t, { stalledFor: () => stalled });
  liveness.connected();
  const enc = { tag: 'enc', attrs: { type: 'msg' }, content: Buffer.from('x') };
  intake.arrived(
    { tag: 'message', attrs: { id: 'A', from: '1@lid' }, content: [enc] },
    { jid: '2@s.whatsapp.net', lid: null },
  );
  assert(intake.oldestAge(performance.now() + 40_000) >= 40_000);
  stalled = 34_000;
  await pass(6_000);
  assert.deepEqual(deaths, []);
  stalled = 39_000;
  await pass(5_000);
  assert.deepEqual(deaths, ['stalled']);
});
