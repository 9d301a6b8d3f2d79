// A11: the auth files cannot be written. No receipt leaves for what would be lost, no file is cut
// short, and the reason is one that the gateway can act on.

import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { BO, OWNER, startFake } from './helpers/account.js';
import { noSmallDisk, smallDisk } from './helpers/small-disk.js';

/** @param {string} dir @returns {Promise<Record<string, string>>} every file that holds something */
async function bytesIn(dir) {
  const names = (await readdir(dir)).filter(name => name.endsWith('.json'));
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(dir, name), 'utf8')])),
  );
}

/** @param {import('node:test').TestContext} t */
async function setUp(t) {
  const disk = await smallDisk(t);
  const world = await startFake(t);
  const at = { authDir: disk.dir, mediaDir: world.authDir };
  await world.link(at);
  const first = await world.open(at);
  const {
    ids: [id],
  } = await world.api.post('/messages', { to: OWNER, from: BO, text: 'first' });
  // By then its key is saved.
  await world.api.wait('receipt', { id });
  return { disk, world, at, first };
}

/** @type {[string, (disk: Awaited<ReturnType<typeof smallDisk>>) => void, (disk: Awaited<ReturnType<typeof smallDisk>>) => void, RegExp][]} */
const CASES = [
  ['full', disk => disk.fill(), disk => disk.free(), /ENOSPC/],
  ['read-only', disk => disk.remount('ro'), disk => disk.remount('rw'), /EROFS/],
];

for (const [name, spoil, mend, code] of CASES) {
  test(`A11: a ${name} disk below the auth files: no receipt, nothing cut short, the same message again`, {
    skip: noSmallDisk,
  }, async t => {
    const { disk, world, at, first } = await setUp(t);
    spoil(disk);
    // Committed and acknowledged by the gateway: what cannot be saved is the key that was used up.
    const {
      ids: [id],
    } = await world.api.post('/messages', { to: OWNER, from: BO, text: 'unsaved' });
    await first.event('message', ({ origin }) => origin.id === id);
    const closed = await first.closed();
    assert.equal(closed.reason, 'storage_failed');
    assert.match(closed.text, code);
    assert.deepEqual(await first.exited, { code: 0, signal: null });
    const receipts = async () => (await world.api.records('receipt')).filter(record => record.id === id);
    assert.deepEqual(await receipts(), []);
    const kept = await bytesIn(disk.dir);
    for (const [file, text] of Object.entries(kept)) assert.doesNotThrow(() => JSON.parse(text), file);
    assert.deepEqual(
      (await readdir(disk.dir)).filter(file => file.startsWith('.tmp-')),
      [],
      'what was begun is removed',
    );

    mend(disk);
    const second = await world.openFor(t, at);
    assert.equal((await second.event('message', ({ origin }) => origin.id === id)).text, 'unsaved');
    await world.api.wait('receipt', { id });
    assert.equal((await world.api.records('scanned')).length, 1, 'no new QR');
  });
}

test('A11: credentials that cannot be repaired for want of room are left, and it is said why', {
  skip: noSmallDisk,
}, async t => {
  const { disk, world, at, first } = await setUp(t);
  await first.stop();
  await writeFile(join(disk.dir, 'creds.json'), '{"half":');
  const lastGood = await readFile(join(disk.dir, 'creds.last-good.json'), 'utf8');
  disk.fill();
  const second = world.spawn(at);
  assert.equal((await second.closed()).reason, 'storage_failed');
  await second.exited;
  assert.equal(await readFile(join(disk.dir, 'creds.last-good.json'), 'utf8'), lastGood);
  disk.free();
  const third = await world.openFor(t, at);
  const ready = await third.waitFor(({ kind }) => kind === 'ready');
  assert.deepEqual([ready.linked, ready.restored], [true, true]);
  assert.equal((await world.api.records('scanned')).length, 1, 'no new QR');
});
