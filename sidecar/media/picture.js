// Makes a picture what WhatsApp shows: JPEG or PNG of a bounded size, with a small one beside it; a
// sticker is a square WebP. The picture is somebody else's, so its size is known before it is decoded.

import { stat, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { Problem } from './problem.js';

/** More pixels are not decoded. */
const MOST_PIXELS = 120_000_000;
const THUMBNAIL_EDGE = 96;
const STICKER_EDGE = 512;
/** Tried one after the other until the result is small enough. */
const STEPS = [
  { edge: 4096, quality: 85 },
  { edge: 2560, quality: 82 },
  { edge: 1920, quality: 78 },
  { edge: 1280, quality: 72 },
  { edge: 800, quality: 65 },
  { edge: 480, quality: 55 },
];
const MIMES = new Map([
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
]);

/**
 * @typedef {object} PictureTask
 * @property {string} from
 * @property {string} to
 * @property {'image' | 'sticker'} shape
 * @property {number} max_bytes
 */

/**
 * @param {PictureTask} task
 * @returns {Promise<{ changed: boolean, mime: string, width: number, height: number, thumbnail: string | null }>}
 */
export async function makePicture({ from, to, shape, max_bytes: maxBytes }) {
  sharp.cache(false);
  sharp.concurrency(1);
  const { size } = await stat(from);
  const about = await read(from, image => image.metadata());
  if (shape === 'sticker') return makeSticker(from, to, maxBytes, size, about);
  const mime = MIMES.get(about.format ?? '');
  // A turned picture is turned for good, since not everything that shows it looks at the mark.
  const isTurned = (about.orientation ?? 1) > 1;
  if (mime && size <= maxBytes && !isTurned)
    return { changed: false, mime, ...sizeOf(about), thumbnail: await thumbnailOf(from) };
  for (const { edge, quality } of STEPS) {
    const made = await read(from, image =>
      image
        .rotate()
        .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
        .jpeg({ quality, mozjpeg: false })
        .toBuffer({ resolveWithObject: true }),
    );
    if (made.data.length > maxBytes) continue;
    await writeFile(to, made.data, { flag: 'wx', mode: 0o600 });
    const { width, height } = made.info;
    return { changed: true, mime: 'image/jpeg', width, height, thumbnail: await thumbnailOf(to) };
  }
  throw new Problem('too_large', 'the picture cannot be made small enough');
}

/**
 * @param {string} from
 * @param {string} to
 * @param {number} maxBytes
 * @param {number} size
 * @param {import('sharp').Metadata} about
 */
async function makeSticker(from, to, maxBytes, size, about) {
  const mime = 'image/webp';
  const { width, height } = sizeOf(about);
  if (about.format === 'webp' && width === STICKER_EDGE && height === STICKER_EDGE && size <= maxBytes)
    return { changed: false, mime, width, height, thumbnail: null };
  for (const { quality } of STEPS) {
    const made = await read(
      from,
      image =>
        image
          .rotate()
          .resize({ width: STICKER_EDGE, height: STICKER_EDGE, fit: 'contain', background: '#00000000' })
          .webp({ quality })
          .toBuffer(),
      { animated: true },
    );
    if (made.length > maxBytes) continue;
    await writeFile(to, made, { flag: 'wx', mode: 0o600 });
    return { changed: true, mime, width: STICKER_EDGE, height: STICKER_EDGE, thumbnail: null };
  }
  throw new Problem('too_large', 'the sticker cannot be made small enough');
}

/** @param {string} path */
async function thumbnailOf(path) {
  const small = await read(path, image =>
    image
      .rotate()
      .resize({ width: THUMBNAIL_EDGE, height: THUMBNAIL_EDGE, fit: 'inside' })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 50 })
      .toBuffer(),
  );
  return small.toString('base64');
}

/** @param {{ width?: number, height?: number, pageHeight?: number }} about */
function sizeOf({ width = 0, height = 0, pageHeight }) {
  return { width, height: pageHeight ?? height };
}

/**
 * @template T
 * @param {string} path
 * @param {(image: import('sharp').Sharp) => Promise<T>} work
 * @param {import('sharp').SharpOptions} [options]
 * @returns {Promise<T>}
 */
async function read(path, work, options = {}) {
  try {
    return await work(
      sharp(path, { limitInputPixels: MOST_PIXELS, failOn: 'error', sequentialRead: true, ...options }),
    );
  } catch (error) {
    const why = /pixel limit/.test(String(error))
      ? 'it has too many pixels'
      : 'it is damaged or of an unknown form';
    throw new Problem('unusable', `the picture cannot be read: ${why}`);
  }
}
