// How each test of the page runs: in a world of its own, with a deadline, ended whatever happens. A test that passed all its
// assertions still fails if the page, Chromium or the fake server complained of anything that it did not expect.

import { appendFileSync, mkdirSync } from 'node:fs';
import { after, test as nodeTest } from 'node:test';
import { chromiumPath, endBrowser, MISSING } from './chromium.js';
import { TARGET } from './program.js';
import { World } from './world.js';

const DEADLINE_MS = 120_000;
/** For ending and removing everything after the deadline. */
const GRACE_MS = 40_000;

after(endBrowser);

/**
 * @param {string} title
 * @param {(world: World) => Promise<void>} body
 * @param {{ deadlineMs?: number }} options
 */
export function test(title, body, { deadlineMs = DEADLINE_MS } = {}) {
  nodeTest(title, { timeout: deadlineMs + GRACE_MS }, async context => {
    if (chromiumPath() === undefined) {
      notRun(context, title);
      return;
    }
    const world = new World();
    world.tell = words => context.diagnostic(words);
    try {
      await within(deadlineMs, title, body(world));
      await world.nothingWrong();
    } catch (error) {
      await world.describe(title, error);
      throw error;
    } finally {
      await world.end();
    }
  });
}

/** Nobody sees what a skipped test says, but `scripts/test` prints this file. In CI nothing is skipped. */
function notRun(context, title) {
  if (process.env.CI === 'true') throw new Error(MISSING);
  mkdirSync(TARGET, { recursive: true });
  appendFileSync(`${TARGET}/not-run`, `NOT RUN: ${title}: ${MISSING}\n`);
  context.skip(MISSING);
}

/** @template T @param {number} ms @param {string} what @param {Promise<T>} promise @returns {Promise<T>} */
export function within(ms, what, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms / 1000} s: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
