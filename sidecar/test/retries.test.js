import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lookups } from '../src/lookups.js';
import { Rates } from '../src/retries.js';
import { textPayload } from './helpers/driver.js';

test('a sender’s broken messages are asked for at most so often, and do not use up the others’ share', () => {
  let now = 0;
  const rates = new Rates(() => now);
  const granted = (/** @type {string} */ sender, times = 1_000) =>
    Array.from({ length: times }, () => rates.take(sender)).filter(Boolean).length;
  assert.equal(granted('a'), 100);
  assert.equal(granted('b', 30), 30);
  const others = Array.from({ length: 50 }, (_, n) => granted(`c${n}`, 20)).reduce((sum, n) => sum + n);
  assert.equal(others, 400 - 130);
  now = 60_000;
  assert.equal(granted('a', 5), 5);
});

test('questions to the gateway: numbered, bounded, and late answers are misses', async () => {
  /** @type {any[]} */
  const asked = [];
  const lookups = new Lookups(lookup => asked.push(lookup), 30);
  const payload = textPayload('x');
  const open = Array.from({ length: 20 }, (_, n) => lookups.find(`ID${n}`, 'c@lid'));
  assert.equal(asked.length, 16);
  assert.deepEqual(asked[1], { id: 2, message_id: 'ID1', chat: 'c@lid' });
  lookups.found(2, payload);
  lookups.found(1, null);
  lookups.found(999, payload);
  const answers = await Promise.all(open);
  assert.deepEqual(answers.filter(Boolean), [payload]);
  assert.equal(answers[1], payload);
  lookups.found(3, payload);
  const next = lookups.find('ID99', 'c@lid');
  lookups.found(17, payload);
  assert.equal(await next, payload);
});
