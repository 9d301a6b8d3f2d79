// What a large file costs in memory while it comes in: both processes together, beyond what they need to
// receive a small one.

import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sleep } from './fake.js';
import { Gateway } from './gateway.js';
import { rss } from './processes.js';

const FRIEND = '+15550100100';
const SMALL = 100_000;
const LARGE = 100_000_000;
const SETTLE_MS = 3_000;
const LOOK_MS = 20;
const PATIENCE_MS = 120_000;

/** @param {import('./round.js').Stage} stage */
export async function media({ dir, note, newFake, running }) {
  const fake = await newFake();
  const ours = new Gateway(join(dir, 'media'), fake);
  ours.configure({ mediaMaxMb: 200 });
  const authority = join(dir, 'media-ca.pem');
  writeFileSync(authority, fake.ca);
  ours.environment = {
    FASED_WHATSAPP_CA: authority,
    FASED_WHATSAPP_MEDIA_PORT: fake.media.split(':').at(-1),
  };
  await ours.link();
  running.add(ours);
  await ours.startLinked();
  // The first file brings what is loaded once.
  await received(ours, SMALL, () => {});
  await sleep(SETTLE_MS);
  const before = rss(ours.pids());
  let most = before;
  const began = performance.now();
  await received(ours, LARGE, () => {
    most = Math.max(most, rss(ours.pids()));
  });
  note('media rss', 'ours', most - before);
  note('media speed', 'ours', LARGE / 1_000 / (performance.now() - began));
  await ours.stop();
  running.delete(ours);
}

/** Waits for a file of that length, and that it is the one that was sent. */
async function received(ours, size, look) {
  const known = new Set(filesOf(ours));
  const sent = await ours.fake.call('POST /messages', {
    to: ours.fake.phone,
    from: FRIEND,
    kind: 'document',
    text: '',
    media: { size },
  });
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    look();
    const [path] = filesOf(ours).filter(path => !known.has(path));
    if (path !== undefined) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      if (hash.digest('hex') !== sent.media[0].sha256)
        throw new Error('the file is not the one that was sent');
      return;
    }
    if (performance.now() > end) throw new Error('the file does not come');
    await sleep(LOOK_MS);
  }
}

/** Files appear as a whole. */
function filesOf({ dir }) {
  const found = readdirSync(join(dir, 'media/inbound'), { recursive: true, withFileTypes: true });
  return found.filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name));
}
