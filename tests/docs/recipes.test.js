// Every recipe of docs/recipes.md is played on a simulated WhatsApp.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { page } from './pages.js';
import { play, recipes } from './recipes.js';

const all = recipes(page('docs/recipes.md'));

describe('recipes', { concurrency: 3 }, () => {
  for (const recipe of all) test(recipe.name, () => play(recipe));
});

test('there are ten of them, and each lets somebody in and keeps somebody out', () => {
  assert.ok(all.length >= 10, `there are ${all.length}`);
  for (const { name, script } of all) {
    assert.match(script, /^expect reply /m, `${name}: nobody is answered`);
    assert.match(script, /^expect (silence|verdict) /m, `${name}: nobody is kept out`);
  }
});
