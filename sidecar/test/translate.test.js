import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedBy, closedByUpgrade, faultOf, timelockOf } from '../src/translate.js';

/** @typedef {import('../src/translate.js').Ending} Ending */

/** @type {Ending} */
const QUIET = {
  status: undefined,
  text: 'words',
  opened: false,
  distrust: undefined,
  conflict: undefined,
  expireSeconds: undefined,
};

/** @type {[Partial<Ending>, import('../src/protocol.gen.ts').CloseReason, number | null][]} */
const TABLE = [
  [{ status: 515 }, 'restart_required', 515],
  [{ status: 401 }, 'logged_out', 401],
  [{ status: 402 }, 'banned', 402],
  [{ status: 403 }, 'forbidden', 403],
  [{ status: 405 }, 'client_outdated', 405],
  [{ status: 406 }, 'forbidden', 406],
  [{ status: 411 }, 'forbidden', 411],
  [{ status: 428 }, 'lost', 428],
  [{ status: 440 }, 'replaced', 440],
  [{ status: 440, conflict: 'replaced' }, 'replaced', 440],
  [{ status: 440, conflict: 'device_removed' }, 'logged_out', 440],
  [{ status: 500 }, 'bad_session', 500],
  [{ status: 503 }, 'unavailable', 503],
  [{ status: 408 }, 'lost', 408],
  [{ status: 408, text: 'QR refs attempts ended' }, 'login_expired', 408],
  [{ status: 408, opened: true, text: 'QR refs attempts ended' }, 'lost', 408],
  [{ status: 418 }, 'unknown', 418],
  [{ status: undefined }, 'unknown', null],
  [{ status: 70_000 }, 'unknown', null],
  [{ status: Number.NaN }, 'unknown', null],
  [{ status: 400, distrust: 'a wrong key' }, 'untrusted', 400],
  [{ status: 500, text: 'Invalid account signature' }, 'untrusted', 500],
];

test('every status of the library has its reason', () => {
  for (const [ending, reason, status] of TABLE) {
    const closed = closedBy({ ...QUIET, ...ending });
    assert.equal(closed.reason, reason, JSON.stringify(ending));
    assert.equal(closed.status, status, JSON.stringify(ending));
  }
});

test('a ban says how long it lasts', () => {
  assert.equal(closedBy({ ...QUIET, status: 402, expireSeconds: 3600 }).expires_s, 3600);
  assert.equal(closedBy({ ...QUIET, status: 402 }).expires_s, null);
});

test('an HTTP answer to the upgrade says nothing about the account', () => {
  assert.equal(closedByUpgrade(401).reason, 'lost');
  assert.equal(closedByUpgrade(503).reason, 'unavailable');
});

test('a failed call says whether to try again, and names nobody', () => {
  /** @param {number} statusCode */
  const boom = statusCode =>
    Object.assign(new Error('15550100002@s.whatsapp.net'), { output: { statusCode } });
  const codes = [408, 428, 429, 404, 500, 599].map(status => faultOf(boom(status)).code);
  assert.deepEqual(codes, ['timed_out', 'not_connected', 'overloaded', 'rejected', 'internal', 'internal']);
  assert.equal(faultOf(new TypeError('x')).code, 'internal');
  assert.equal(faultOf(Object.assign(boom(500), { data: 403 })).code, 'rejected');
  for (const status of [408, 404, 500]) assert(!faultOf(boom(status)).message.includes('1555'));
});

test('a lock on writing to strangers is told with its end, and its absence without', () => {
  const timeEnforcementEnds = new Date(1_700_000_000_500);
  assert.deepEqual(timelockOf({ isActive: true, timeEnforcementEnds }), {
    active: true,
    until_s: 1_700_000_000,
  });
  assert.deepEqual(timelockOf({ isActive: true }), { active: true, until_s: null });
  assert.deepEqual(timelockOf({ isActive: false, timeEnforcementEnds }), { active: false, until_s: null });
  assert.deepEqual(timelockOf({ isActive: true, timeEnforcementEnds: new Date(Number.NaN) }), {
    active: true,
    until_s: null,
  });
});
