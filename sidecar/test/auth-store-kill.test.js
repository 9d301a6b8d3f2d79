// A12: killed at any instant, the files parse and are never older than the last confirmed save.
// FASED_KILL_ROUNDS=1000 runs the whole requirement.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AuthStore } from '../src/auth-store.js';
import { makeAuthDir, removeDir } from './helpers/driver.js';

const ROUNDS = Number(process.env.FASED_KILL_ROUNDS ?? 200);
const AT_A_TIME = 5;
const SAVER = fileURLToPath(new URL('./helpers/saver.js', import.meta.url));

test(`A12: ${ROUNDS} kills during saves`, async t => {
  const perFolder = Math.ceil(ROUNDS / AT_A_TIME);
  const kills = await Promise.all(Array.from({ length: AT_A_TIME }, () => killRepeatedly(t, perFolder)));
  t.diagnostic(
    `${kills.flat().length} kills, ${kills.flat().filter(Boolean).length} of them after a confirmed save`,
  );
});

/** @param {import('node:test').TestContext} t @param {number} rounds */
async function killRepeatedly(t, rounds) {
  const dir = await makeAuthDir();
  t.after(() => removeDir(dir));
  let confirmed = { creds: 0, session: 0 };
  const outcomes = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = { ...confirmed };
    // Spread over the first saves of the child: from within its first write to a dozen on.
    confirmed = await saveUntilKilled(dir, before, 1 + ((round * 7) % 12));
    const notices = /** @type {string[]} */ ([]);
    const store = new AuthStore(dir, {
      onNotice: notice => notices.push(notice),
      onWriteFailed: assert.fail,
    });
    if (confirmed.creds > 0) {
      const creds = await store.load(() => assert.fail('a new identity'));
      assert(
        creds.nextPreKeyId >= confirmed.creds,
        `creds ${creds.nextPreKeyId} older than ${confirmed.creds}`,
      );
      confirmed.creds = creds.nextPreKeyId;
    }
    const { p } = /** @type {any} */ (await store.keys().get('session', ['p']));
    assert((p?.n ?? 0) >= confirmed.session, `session ${p?.n} older than ${confirmed.session}`);
    assert.deepEqual(notices, []);
    outcomes.push(confirmed.creds > before.creds);
  }
  return outcomes;
}

/**
 * @param {string} dir
 * @param {{ creds: number, session: number }} confirmed
 * @param {number} lines
 * @returns {Promise<{ creds: number, session: number }>}
 */
function saveUntilKilled(dir, confirmed, lines) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [SAVER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const latest = { ...confirmed };
    let partial = '';
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', chunk => {
      const whole = (partial + chunk).split('\n');
      partial = whole.pop() ?? '';
      for (const line of whole) {
        const [what, n] = line.split(' ');
        latest[/** @type {'creds' | 'session'} */ (what)] = Number(n);
        seen += 1;
      }
      if (seen >= lines) setTimeout(() => child.kill('SIGKILL'), Math.random() * 4);
    });
    child.once('close', () => resolve(latest));
  });
}
