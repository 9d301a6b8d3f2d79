import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { makePicture } from '../media/picture.js';

/** @type {string} */
let folder;
let names = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fased-picture-'));
});

after(() => rm(folder, { recursive: true }));

const place = () => join(folder, `${names++}`);

/** @param {number} width @param {number} height */
function noise(width, height) {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#336699',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });
}

/** @param {Buffer} bytes @param {Partial<import('../media/picture.js').PictureTask>} [more] */
async function made(bytes, more) {
  const [from, to] = [place(), place()];
  await writeFile(from, bytes);
  return { to, ...(await makePicture({ from, to, shape: 'image', max_bytes: 1_000_000, ...more })) };
}

test('a JPEG or PNG that is small enough stays as it is, byte for byte', async () => {
  for (const [bytes, mime] of /** @type {[Buffer, string][]} */ ([
    [await noise(300, 200).jpeg().toBuffer(), 'image/jpeg'],
    [await noise(300, 200).png().toBuffer(), 'image/png'],
  ])) {
    const { changed, width, height, thumbnail, ...rest } = await made(bytes);
    assert.deepEqual(
      { changed, mime: rest.mime, width, height },
      { changed: false, mime, width: 300, height: 200 },
    );
    const small = await sharp(Buffer.from(thumbnail ?? '', 'base64')).metadata();
    assert.deepEqual([small.format, small.width, small.height], ['jpeg', 96, 64]);
  }
});

test('one that is too large is made smaller until it fits', async () => {
  const bytes = await noise(2400, 1800).png().toBuffer();
  const { changed, mime, to, width } = await made(bytes, { max_bytes: 200_000 });
  assert.deepEqual([changed, mime], [true, 'image/jpeg']);
  assert.ok((await stat(to)).size <= 200_000);
  assert.equal((await sharp(to).metadata()).width, width);
  await assert.rejects(made(bytes, { max_bytes: 500 }), { code: 'too_large' });
});

test('other forms become JPEG, turned ones are turned, and what marks them is left out', async () => {
  for (const bytes of [
    await noise(300, 200).webp().toBuffer(),
    await noise(300, 200).tiff().toBuffer(),
    await noise(200, 300).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  ]) {
    const { to, changed, width, height } = await made(bytes);
    assert.deepEqual([changed, width, height], [true, 300, 200]);
    const { format, exif, orientation } = await sharp(to).metadata();
    assert.deepEqual([format, exif, orientation], ['jpeg', undefined, undefined]);
  }
});

test('a sticker is a square WebP', async () => {
  const { to, mime, width, height } = await made(await noise(700, 300).png().toBuffer(), {
    shape: 'sticker',
  });
  assert.deepEqual([mime, width, height], ['image/webp', 512, 512]);
  const about = await sharp(to).metadata();
  assert.deepEqual([about.format, about.width, about.height], ['webp', 512, 512]);
});

test('what is no picture, or a bomb of one, is refused', async () => {
  await assert.rejects(made(Buffer.from('GIF89a no')), { code: 'unusable' });
  const half = (await noise(300, 200).jpeg().toBuffer()).subarray(0, 400);
  await assert.rejects(made(half), { code: 'unusable' });
  const bomb = await sharp({ create: { width: 16_000, height: 9_000, channels: 3, background: '#000' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  await assert.rejects(made(bomb), (/** @type {any} */ error) => {
    assert.equal(error.code, 'unusable');
    assert.match(error.message, /too many pixels/);
    return true;
  });
});

test('the process answers with one line and ends', async () => {
  const main = fileURLToPath(new URL('../media/main.js', import.meta.url));
  for (const [task, code] of /** @type {[string, string][]} */ ([
    ['{"task":"picture","from":"/nowhere","to":"/nowhere","shape":"image","max_bytes":1}', 'failed'],
    ['{"task":"fetch","url":"http://127.0.0.1/","file":"/nowhere","max_bytes":1,"seconds":1}', 'refused'],
    ['{"task":"dance"}', 'failed'],
    ['no JSON', 'failed'],
  ])) {
    const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(task);
    const said = await text(child.stdout);
    assert.equal(JSON.parse(said).error.code, code, said);
    assert.equal(said.split('\n').length, 2);
  }
});
