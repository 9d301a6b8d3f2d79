import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forget, keep, kept } from '../views/setup-kept.js';

/** @type {import('../types.d.ts').Draft} */
const config = {
  mode: 'dedicated',
  policy: 'pairing',
  list: '',
  listed: [],
  owners: '',
  owned: [],
};

function memory() {
  const held = new Map();
  return {
    held,
    getItem: key => held.get(key) ?? null,
    setItem: (key, value) => held.set(key, value),
    removeItem: key => held.delete(key),
  };
}

test('what was chosen outlives a reload, each account its own, until it is forgotten', () => {
  const storage = memory();
  keep('shop', { ...config, mode: 'personal', policy: 'open', list: '+1555' }, ['', 'policy'], storage);
  assert.deepEqual(kept(config, 'shop', storage), {
    draft: { ...config, mode: 'personal', policy: 'open', list: '+1555' },
    done: ['', 'policy'],
  });
  assert.deepEqual(kept(config, 'other', storage), { draft: config, done: [] });
  forget('shop', storage);
  assert.deepEqual(kept(config, 'shop', storage), { draft: config, done: [] });
});

test('what others change in the config meanwhile is not taken for what was shown', () => {
  const storage = memory();
  const shown = {
    ...config,
    list: '+15550100001',
    listed: ['+15550100001'],
    owners: '+15550100002',
    owned: [],
  };
  keep('shop', shown, [], storage);
  const now = { ...config, list: '+15550100001\n+15550100009', listed: ['+15550100001', '+15550100009'] };
  assert.deepEqual(kept(now, 'shop', storage).draft, shown);
});

test('what else is found where it is kept is not taken', () => {
  for (const text of ['{', '7', '{"mode":"x","policy":"open"}', '{"mode":"personal"}']) {
    assert.deepEqual(kept(config, 'shop', { getItem: () => text }), { draft: config, done: [] }, text);
  }
  const odd = { mode: 'personal', policy: 'open', list: 7, done: [1, ''], prefix: 'gateway' };
  assert.deepEqual(kept(config, 'shop', { getItem: () => JSON.stringify(odd) }), {
    draft: { ...config, mode: 'personal', policy: 'open' },
    done: [''],
  });
});

test('a browser that keeps nothing is no trouble', () => {
  const full = {
    setItem() {
      throw new Error('quota');
    },
  };
  keep('shop', config, [], full);
});
