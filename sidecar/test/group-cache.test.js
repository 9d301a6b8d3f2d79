import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupCache } from '../src/group-cache.js';

const GROUP = '120363000000000001@g.us';

/** @param {{ text?: string, now?: number, members?: string[] }} [world] */
async function setUp(world = {}) {
  const state = { text: '', now: 1_000_000, members: ['a@lid', 'b@lid'], fetched: 0, forgotten: 0, ...world };
  const open = async () => {
    const cache = new GroupCache({
      place: {
        read: async () => state.text || undefined,
        replace: async text => {
          state.text = text;
        },
      },
      fetch: async group => {
        state.fetched += 1;
        const participants = state.members.map(id => ({ id }));
        return /** @type {any} */ ({ id: group, participants, addressingMode: 'lid', ephemeralDuration: 60 });
      },
      forgetKey: async () => {
        state.forgotten += 1;
      },
      now: () => state.now,
    });
    await cache.load();
    return cache;
  };
  return { state, open, cache: await open() };
}

test('asked once; a later process believes it when the news has come', async () => {
  const { state, open, cache } = await setUp();
  await cache.metadata(GROUP);
  const again = await cache.metadata(GROUP);
  assert.deepEqual(
    [again.participants, again.addressingMode, again.ephemeralDuration],
    [[{ id: 'a@lid' }, { id: 'b@lid' }], 'lid', 60],
  );
  const later = await open();
  const waiting = later.metadata(GROUP);
  later.caughtUp();
  assert.deepEqual((await waiting).participants, again.participants);
  assert.equal(state.fetched, 1);
});

test('without the news it asks, once', async t => {
  const { state, open, cache } = await setUp();
  await cache.metadata(GROUP);
  const later = await open();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const waiting = later.metadata(GROUP);
  t.mock.timers.tick(3_000);
  await waiting;
  await later.metadata(GROUP);
  assert.equal(state.fetched, 2);
});

test('news about the group, hours, and another participant hash make it ask again', async () => {
  const { state, cache } = await setUp();
  await cache.metadata(GROUP);
  cache.doubt(GROUP);
  await cache.metadata(GROUP);
  state.now += 6 * 3_600_000;
  await cache.metadata(GROUP);
  cache.acknowledged(GROUP, undefined);
  cache.acknowledged(GROUP, '2:first');
  cache.acknowledged(GROUP, '2:first');
  await cache.metadata(GROUP);
  assert.equal(state.fetched, 3);
  cache.acknowledged(GROUP, '2:second');
  await cache.metadata(GROUP);
  assert.equal(state.fetched, 4);
});

test('news while the answer is under way: that answer is not believed', async () => {
  const { state, cache } = await setUp();
  const asking = cache.metadata(GROUP);
  cache.doubt(GROUP);
  await asking;
  await cache.metadata(GROUP);
  assert.equal(state.fetched, 2);
});

test('somebody left: the key is forgotten once, in a later process if need be', async () => {
  const { state, open, cache } = await setUp();
  await cache.prepare(GROUP);
  state.members = ['a@lid'];
  cache.doubt(GROUP);
  await cache.metadata(GROUP);
  assert.equal(state.forgotten, 0, 'a message may be on its way');
  await new Promise(resolve => setImmediate(resolve));
  const later = await open();
  later.caughtUp();
  await later.prepare(GROUP);
  await later.prepare(GROUP);
  assert.deepEqual([state.forgotten, state.fetched], [1, 2]);
});

test('bounded: the least recently used goes', async () => {
  const { state, cache } = await setUp({ members: Array.from({ length: 1_000 }, (_, n) => `${n}@lid`) });
  for (let n = 0; n < 60; n += 1) await cache.metadata(`${n}@g.us`);
  await cache.metadata('59@g.us');
  assert.equal(state.fetched, 60);
  await cache.metadata('0@g.us');
  assert.equal(state.fetched, 61);
  assert(state.text.length < 1_000_000);
});
