import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_ROWS, VerdictList } from '../views/verdict-list.js';

const ALL = { account: 'default', outcome: '', reason: '' };

/** @param {number} number */
function verdict(number, more = {}) {
  const what = { type: 'verdict', message_id: `M${number}`, verdict: 'admit', reason: 'dm_listed', sentence: 's' };
  return { at_ms: number, account: 'default', what: { ...what, ...more } };
}

/** @param {number} number */
function inbound(number) {
  const what = { type: 'inbound', message_id: `M${number}`, chat: `+1555010${number}`, sender: `+1555010${number}` };
  return { at_ms: number, account: 'default', what };
}

/** @param {number} seq @param {Record<string, any>} [more] */
function stored(seq, more = {}) {
  const row = { seq, at_ms: seq, account: 'default', message_id: `M${seq}`, chat: 'c', sender: 's', content: 'text' };
  return { ...row, outcome: 'drop', reason: 'not_in_allowlist', sentence: null, ...more };
}

/** @param {number} from @param {number} to newest first */
function range(from, to) {
  return Array.from({ length: from - to + 1 }, (_, at) => stored(from - at));
}

test('a verdict is joined with what came in before it, newest first', () => {
  const list = new VerdictList(ALL);
  assert.equal(list.told([inbound(1), inbound(2), verdict(1), verdict(2)], 0), true);
  assert.deepEqual(
    list.rows.map(row => [row.message_id, row.chat]),
    [
      ['M2', '+15550102'],
      ['M1', '+15550101'],
    ],
  );
});

test('however many come, no more than 200 are kept, and those left out are counted', () => {
  const list = new VerdictList(ALL);
  for (let batch = 0; batch < 100; batch += 1) {
    list.told(
      Array.from({ length: 60 }, (_, at) => verdict(batch * 60 + at)),
      190,
    );
    assert.ok(list.rows.length <= MOST_ROWS);
  }
  assert.equal(list.rows.length, MOST_ROWS);
  assert.equal(list.rows[0].message_id, 'M5999');
  assert.equal(list.leftOut, 19_000);
  assert.equal(list.more, true);
});

test('what came in and is never decided is forgotten, not kept for ever', () => {
  const list = new VerdictList(ALL);
  list.told(
    Array.from({ length: 500 }, (_, at) => inbound(at)),
    0,
  );
  list.told([verdict(0), verdict(499)], 0);
  assert.deepEqual(
    list.rows.map(row => row.chat),
    ['+1555010499', undefined],
  );
});

test('a filter lets through only what it names, of this account', () => {
  const list = new VerdictList({ account: 'default', outcome: 'drop', reason: 'not_in_allowlist' });
  const other = { ...verdict(4, { verdict: 'drop', reason: 'not_in_allowlist' }), account: 'work' };
  const dropped = verdict(3, { verdict: 'drop', reason: 'not_in_allowlist' });
  assert.equal(list.told([verdict(1), verdict(2, { verdict: 'drop', reason: 'dm_disabled' }), other], 0), false);
  list.told([dropped], 0);
  assert.deepEqual(
    list.rows.map(row => row.message_id),
    ['M3'],
  );
});

test('while it is held nothing moves, and what waits is counted', () => {
  const list = new VerdictList(ALL);
  list.told([verdict(1)], 0);
  list.paused = true;
  list.told([verdict(2), verdict(3)], 5);
  assert.deepEqual([list.rows.length, list.waiting, list.leftOut], [1, 2, 5]);
  list.live();
  list.focused = true;
  list.told([verdict(4)], 0);
  assert.deepEqual([list.rows.length, list.waiting, list.stands], [1, 3, true]);
});

test('under the pointer only a fast list stands still, until the pointer leaves', () => {
  const list = new VerdictList(ALL);
  list.aimed = true;
  list.told([verdict(1)], 0);
  assert.deepEqual([list.rows.length, list.stands], [1, false]);
  list.told([verdict(2), verdict(3), verdict(4)], 0);
  list.told([verdict(5)], 0);
  assert.deepEqual([list.rows.length, list.waiting, list.stands], [1, 4, true]);
  list.aimed = false;
  list.told([verdict(6)], 0);
  assert.deepEqual([list.rows.length, list.stands], [2, false]);
});

test('another filter begins anew', () => {
  const list = new VerdictList(ALL);
  list.takeNewest(range(9, 1), true);
  list.paused = true;
  list.choose({ ...ALL, outcome: 'hold' });
  assert.deepEqual([list.rows.length, list.more, list.stands, list.before], [0, false, false, null]);
});

test('the stored list fills in what was only told, and nothing is there twice', () => {
  const list = new VerdictList(ALL);
  list.told([verdict(7), verdict(8)], 3);
  list.takeNewest(range(8, 5), true);
  assert.deepEqual(
    list.rows.map(row => row.seq),
    [8, 7, 6, 5],
  );
  assert.deepEqual([list.more, list.leftOut, list.before], [true, 0, 5]);
  list.told([verdict(8)], 0);
  assert.equal(list.rows.filter(row => row.message_id === 'M8').length, 1);
});

test('reading the newest again keeps the older rows that were asked for', () => {
  const list = new VerdictList(ALL);
  list.takeNewest(range(20, 11), true);
  list.takeOlder(range(10, 1), false);
  list.takeNewest(range(21, 12), true);
  assert.deepEqual([list.rows.length, list.rows[0].seq, list.before, list.more], [21, 21, 1, false]);
});

test('older rows go when something is missing between them and the newest', () => {
  const list = new VerdictList(ALL);
  list.takeNewest(range(20, 11), true);
  list.takeNewest(range(90, 81), true);
  assert.deepEqual([list.rows.length, list.before, list.more], [10, 81, true]);
});

test('a stored list that is whole leaves nothing behind it', () => {
  const list = new VerdictList(ALL);
  list.takeNewest(range(5, 1), true);
  list.takeNewest([], false);
  assert.deepEqual([list.rows.length, list.more], [0, false]);
});

test('older ones push out the newest, and new ones then wait', () => {
  const list = new VerdictList(ALL);
  list.takeNewest(range(500, 351), true);
  list.takeOlder(range(350, 251), true);
  assert.deepEqual([list.rows.length, list.rows[0].seq, list.before, list.past], [MOST_ROWS, 450, 251, true]);
  list.told([verdict(501)], 0);
  assert.deepEqual([list.rows[0].seq, list.waiting], [450, 1]);
  list.live();
  list.takeNewest(range(501, 402), true);
  assert.deepEqual([list.stands, list.waiting, list.rows[0].seq, list.before], [false, 0, 501, 302]);
});

test('what a slow watcher missed counts as left out', () => {
  const list = new VerdictList(ALL);
  assert.equal(list.told([{ at_ms: 1, account: '', what: { type: 'missed', events: 40 } }], 2), true);
  assert.equal(list.leftOut, 42);
});
