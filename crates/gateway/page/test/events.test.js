import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answered,
  isOverdue,
  KEPT_EVENTS,
  kindsOf,
  latest,
  newest,
  SILENCE_MS,
  waitToAsk,
  waitToConnect,
  watchSilence,
} from '../events.js';

const event = (at_ms, what, account = 'default') => ({ at_ms, account, what });
const verdict = (at, outcome) =>
  event(at, { type: 'verdict', message_id: `m${at}`, verdict: outcome, reason: '', sentence: '' });
const outbound = (at, message_id, state) =>
  event(at, { type: 'outbound', message_id, chat: '', state, text: null });

test('the newest events are kept, newest first, and no more than so many', () => {
  const batch = Array.from({ length: 1000 }, (_, at) => verdict(at, 'drop'));
  const kept = newest([], batch);
  assert.equal(kept.length, KEPT_EVENTS);
  assert.equal(kept[0].at_ms, 999);
  const more = newest(kept, [verdict(1000, 'drop'), verdict(1001, 'drop')]);
  assert.deepEqual(
    more.slice(0, 3).map(one => one.at_ms),
    [1001, 1000, 999],
  );
  assert.equal(more.length, KEPT_EVENTS);
});

test('what happened to another account is none of this one', () => {
  const batch = [
    verdict(1, 'admit'),
    event(2, { type: 'pairing', sender: '+15550100002', code: null }, 'shop'),
  ];
  assert.deepEqual([...kindsOf(batch, 'default')], ['verdict']);
  assert.deepEqual([...kindsOf(batch, 'shop')], ['pairing']);
  assert.deepEqual([...kindsOf(batch, undefined)], ['verdict', 'pairing']);
  assert.deepEqual([...kindsOf([event(3, { type: 'missed', events: 4 }, '')], 'shop')], ['missed']);
});

test('a list is asked at most once a second, also if the clock is put back', () => {
  assert.equal(waitToAsk(0, 10_000), 0);
  assert.equal(waitToAsk(10_000, 10_400), 600);
  assert.equal(waitToAsk(10_000, 11_000), 0);
  assert.equal(waitToAsk(10_000, 2000), 1000);
});

test('it connects again soon, then more seldom, and never gives up', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 100].map(waitToConnect), [500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

test('of a message on its way only the newest state is told', () => {
  const events = [
    outbound(4, 'a', 'delivered'),
    verdict(3, 'admit'),
    outbound(2, 'a', 'queued'),
    outbound(1, 'b', 'written'),
  ];
  assert.deepEqual(
    latest(events).map(one => one.at_ms),
    [4, 3, 1],
  );
});

test('a code that was sent before anybody was let in is no answer', () => {
  assert.equal(answered([outbound(2, 'code', 'delivered'), verdict(1, 'hold')]), false);
  assert.equal(answered([verdict(3, 'admit'), outbound(2, 'code', 'delivered')]), false);
  assert.equal(answered([outbound(4, 'a', 'sending'), verdict(3, 'admit')]), false);
  assert.equal(answered([outbound(5, 'a', 'server_ack'), verdict(3, 'admit')]), true);
});

test('a connection that says nothing for 40 s is dead, and one that says something is not', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let deaths = 0;
  const { heard, stop } = watchSilence(() => {
    deaths += 1;
  });
  for (let times = 0; times < 5; times += 1) {
    t.mock.timers.tick(SILENCE_MS - 1);
    heard();
  }
  assert.equal(deaths, 0);
  t.mock.timers.tick(SILENCE_MS);
  assert.equal(deaths, 1);
  heard();
  stop();
  t.mock.timers.tick(SILENCE_MS);
  assert.equal(deaths, 1, 'nobody waits for it any more');
});

test('a code that is not followed by another is noticed 10 s after its end', () => {
  assert.equal(isOverdue(undefined, 99_999), false, 'there was none yet');
  assert.equal(isOverdue(20_000, 29_999), false);
  assert.equal(isOverdue(20_000, 30_000), true);
});
