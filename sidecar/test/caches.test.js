import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedCache, PhoneRequests } from '../src/caches.js';

test('the oldest goes first', () => {
  const cache = new BoundedCache(2);
  for (const key of ['a', 'b', 'a', 'c']) cache.set(key, key);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], ['a', undefined, 'c']);
});

test('the phone is asked at most twenty times a minute', () => {
  let now = 0;
  const asked = new PhoneRequests(100, () => now);
  const ask = (/** @type {string} */ id) => {
    if (asked.get(id) !== undefined) return false;
    asked.set(id, { id });
    return true;
  };
  const flood = Array.from({ length: 50 }, (_, n) => ask(`first-${n}`));
  assert.equal(flood.filter(Boolean).length, 20);
  assert.equal(ask('first-0'), false, 'not twice');
  now = 61_000;
  assert.equal(ask('second'), true);
});
