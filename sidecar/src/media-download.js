// Fetches a file and lets it appear once all of it has been proven. Nothing of it is looked into.

import { damaged, decryption, OVERHEAD_BYTES } from './media-cipher.js';
import { ask, refusalOf } from './media-http.js';
import { garbage } from './media-memory.js';
import { Refused } from './refused.js';

/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('./media-files.js').MediaFiles} MediaFiles */

/** Forbidden as well: an address that has expired is answered with it. */
const GONE = new Set([403, 404, 410]);

/**
 * @param {{ media: MediaRef, file: string, max_bytes: number }} wanted
 * @param {object} means
 * @param {URL[]} means.places one after the other, while it is not there
 * @param {MediaFiles} means.files
 * @param {AbortSignal} means.signal
 * @param {number} means.stallMs
 * @param {Buffer | undefined} means.ca
 * @returns {Promise<{ bytes: number, sha256: string }>}
 */
export async function download({ media, file, max_bytes: maxBytes }, { places, files, ...means }) {
  if (media.bytes > maxBytes) throw tooLarge(maxBytes);
  const place = await files.place(file);
  /** @type {unknown} */
  let problem;
  for (const url of places) {
    try {
      return await files.withPart(async part => {
        const got = await fetchInto(url, part.handle, media, { maxBytes, ...means });
        await written(files.appear(part, place));
        return got;
      });
    } catch (error) {
      if (!(error instanceof Refused) || !['gone', 'not_connected'].includes(error.fault.code)) throw error;
      problem = problem instanceof Refused && problem.fault.code === 'gone' ? problem : error;
    }
  }
  throw problem;
}

/**
 * @param {URL} url
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {MediaRef} media
 * @param {{ maxBytes: number, signal: AbortSignal, stallMs: number, ca: Buffer | undefined }} means
 */
function fetchInto(url, handle, media, { maxBytes, ...means }) {
  /** @param {import('node:http').ClientRequest} request */
  const send = request => request.end();
  return ask(url, { method: 'GET', send, ...means }, async (response, moved) => {
    const status = response.statusCode ?? 0;
    if (GONE.has(status))
      throw new Refused('gone', `the file is not on the media server any more (${status})`);
    if (status !== 200) throw refusalOf(status);
    if (Number(response.headers['content-length']) > maxBytes + OVERHEAD_BYTES) throw tooLarge(maxBytes);
    const cipher = await decryption({
      kind: media.kind,
      key: Buffer.from(media.key, 'base64'),
      sha256: Buffer.from(media.sha256, 'base64'),
      encSha256: Buffer.from(media.enc_sha256, 'base64'),
    });
    const spent = garbage();
    let bytes = 0;
    /** @param {Buffer} plain */
    const keep = async plain => {
      bytes += plain.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      if (plain.length > 0) await written(handle.appendFile(plain));
    };
    for await (const chunk of response) {
      moved();
      for (const plain of cipher.update(chunk)) await keep(plain);
      spent(chunk.length);
    }
    const { last, sha256 } = cipher.final();
    await keep(last);
    if (bytes === 0) throw damaged('it is empty');
    return { bytes, sha256: sha256.toString('hex') };
  });
}

/** A full disk is not the media server's fault, and another one would not help. @param {Promise<void>} work */
async function written(work) {
  try {
    await work;
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error)?.code ?? 'unknown';
    throw new Refused('internal', `the file cannot be written (${code})`);
  }
}

/** @param {number} maxBytes */
function tooLarge(maxBytes) {
  return new Refused('too_large', `the file is larger than ${maxBytes} bytes`);
}
