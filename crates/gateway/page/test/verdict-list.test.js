import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_ROWS, VerdictList } from '../views/verdict-list.js';

/** @param {number} seq */
function row(seq) {
  const of = { account: 'default', message_id: `M${seq}`, chat: '+15550100002', sender: '+15550100002' };
  return { seq, at_ms: seq, ...of, content: 'text', outcome: 'admit', reason: 'dm_listed', sentence: 's' };
}

/** Newest first. @param {number} from @param {number} to */
function rows(from, to) {
  return Array.from({ length: from - to + 1 }, (_, at) => row(from - at));
}

/** @param {number} count @returns {import('../types.d.ts').WatchEvent[]} */
function events(count) {
  const what = /** @type {const} */ ({
    type: 'verdict',
    message_id: 'M',
    verdict: 'admit',
    reason: 'r',
    sentence: 's',
  });
  return Array.from({ length: count }, () => ({ at_ms: 1, account: 'default', what }));
}

test('however many come, no more than 200 are kept, and those left out are counted', () => {
  const list = new VerdictList();
  for (let second = 1; second <= 50; second += 1) {
    for (let batch = 0; batch < 4; batch += 1) list.told(events(60), 440);
    assert.deepEqual([list.waiting, list.leftOut], [240, 1760]);
    list.takeNewest(rows(second * 1000, second * 1000 - 99), true);
    assert.ok(list.rows.length <= MOST_ROWS);
    assert.deepEqual([list.waiting, list.leftOut, list.more], [0, 0, true]);
  }
  assert.equal(list.rows[0].seq, 50_000);
});

test('reading the newest again keeps the older rows that were asked for', () => {
  const list = new VerdictList();
  list.takeNewest(rows(20, 11), true);
  list.takeOlder(rows(10, 1), false);
  list.takeNewest(rows(21, 12), true);
  assert.deepEqual(
    [list.rows.length, list.rows[0].seq, list.rows.at(-1)?.seq, list.more],
    [21, 21, 1, false],
  );
});

test('older rows go when something is missing between them and the newest', () => {
  const list = new VerdictList();
  list.takeNewest(rows(20, 11), true);
  list.takeNewest(rows(90, 81), true);
  assert.deepEqual([list.rows.length, list.rows.at(-1)?.seq, list.more], [10, 81, true]);
});

test('a list that is whole leaves nothing behind it', () => {
  const list = new VerdictList();
  list.takeNewest(rows(5, 1), true);
  list.takeNewest([], false);
  assert.deepEqual([list.rows.length, list.more], [0, false]);
});

test('older ones push out the newest, and new ones then wait', () => {
  const list = new VerdictList();
  list.takeNewest(rows(500, 351), true);
  assert.equal(list.stands, false);
  list.takeOlder(rows(350, 251), true);
  assert.deepEqual([list.rows.length, list.rows[0].seq, list.rows.at(-1)?.seq], [MOST_ROWS, 450, 251]);
  list.told(events(2), 0);
  assert.deepEqual([list.stands, list.waiting], [true, 2]);
});

test('it stands still while it is paused or has the focus', () => {
  const list = new VerdictList();
  list.paused = true;
  assert.equal(list.stands, true);
  list.paused = false;
  list.focused = true;
  assert.equal(list.stands, true);
});

test('under the pointer only a fast list stands still, until the pointer leaves', () => {
  const list = new VerdictList();
  list.aimed = true;
  list.told(events(1), 0);
  assert.equal(list.stands, false);
  list.told(events(60), 0);
  list.told(events(1), 0);
  assert.equal(list.stands, true);
  list.aimed = false;
  list.told(events(1), 0);
  list.aimed = true;
  assert.equal(list.stands, false);
  list.aimed = false;
  list.told(events(60), 0);
  list.takeNewest(rows(60, 1), false);
  list.aimed = true;
  assert.equal(list.stands, false);
});

test('another filter begins anew', () => {
  const list = new VerdictList();
  list.takeNewest(rows(9, 1), true);
  list.paused = true;
  list.begin({ outcome: 'hold', reason: '' });
  assert.deepEqual(
    [list.rows.length, list.more, list.stands, list.filter.outcome],
    [0, false, false, 'hold'],
  );
});
