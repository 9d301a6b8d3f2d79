// Encrypts a file into a passing one and puts that on the first media server that takes it. Twice,
// because WhatsApp's servers keep a file under the hash of what is encrypted, which is known only
// at its end.

import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream';
import { encryption, MEDIA_TYPES } from './media-cipher.js';
import { ask, refusalOf } from './media-http.js';
import { garbage } from './media-memory.js';
import { badRequest, Refused } from './refused.js';

/** @typedef {import('./protocol.gen.ts').MediaFile} MediaFile */
/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('./media-hosts.js').MediaConn} MediaConn */
/** @typedef {import('node:fs/promises').FileHandle} FileHandle */

const CHUNK_BYTES = 65_536;
const MAX_ANSWER_BYTES = 65_536;
/** The library's own table is not exported. @type {Record<string, string>} */
const PATHS = {
  image: '/mms/image',
  video: '/mms/video',
  audio: '/mms/audio',
  document: '/mms/document',
  sticker: '/mms/image',
};

/**
 * @param {MediaFile} wanted
 * @param {object} means
 * @param {import('./media-files.js').MediaFiles} means.files
 * @param {import('./media-hosts.js').Network} means.network
 * @param {(anew: boolean) => Promise<MediaConn>} means.mediaConn
 * @param {AbortSignal} means.signal
 * @param {number} means.stallMs
 * @param {Buffer | undefined} means.ca
 * @returns {Promise<MediaRef>}
 */
export async function upload({ file, kind, mime, file_name, look }, { files, ...means }) {
  const { handle: source, bytes } = await files.read(file);
  try {
    if (bytes === 0) throw badRequest('file is empty');
    return await files.withPart(async part => {
      const key = randomBytes(32);
      const { read, written, sha256, encSha256 } = await encryptInto(part.handle, source, {
        key,
        kind,
        signal: means.signal,
      });
      const { url, directPath } = await offer(part, written, { kind, encSha256, ...means });
      return {
        kind,
        url,
        direct_path: directPath,
        key: key.toString('base64'),
        sha256: sha256.toString('base64'),
        enc_sha256: encSha256.toString('base64'),
        bytes: read,
        mime,
        file_name: file_name ?? null,
        look,
      };
    });
  } finally {
    await source.close();
  }
}

/**
 * @param {FileHandle} target
 * @param {FileHandle} source
 * @param {{ key: Buffer, kind: import('./protocol.gen.ts').MediaKind, signal: AbortSignal }} how
 */
async function encryptInto(target, source, { key, kind, signal }) {
  const cipher = await encryption(key, kind);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const spent = garbage();
  let read = 0;
  let written = 0;
  /** @param {Buffer} encrypted */
  const keep = async encrypted => {
    await target.appendFile(encrypted);
    written += encrypted.length;
  };
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES, null);
    if (bytesRead === 0) break;
    read += bytesRead;
    await keep(cipher.update(chunk.subarray(0, bytesRead)));
    spent(bytesRead);
  }
  const { last, sha256, encSha256 } = cipher.final();
  await keep(last);
  return { read, written, sha256, encSha256 };
}

/**
 * Host after host; with new credentials once, when the old ones are refused.
 *
 * @param {{ handle: FileHandle }} part
 * @param {number} length
 * @param {Omit<Parameters<typeof upload>[1], 'files'> & { kind: import('./protocol.gen.ts').MediaKind, encSha256: Buffer }} how
 */
async function offer(part, length, { kind, encSha256, network, mediaConn, ...means }) {
  const token = encSha256.toString('base64url');
  /** @type {unknown} */
  let problem = new Refused('not_connected', 'WhatsApp named no media server');
  let renewed = false;
  let { hosts, auth } = await mediaConn(false);
  for (let at = 0; at < hosts.length; at += 1) {
    const { hostname, maxContentLengthBytes } = hosts[at];
    if (length > maxContentLengthBytes) {
      problem = refusalOf(413);
      continue;
    }
    const query = new URLSearchParams({ auth, token });
    const url = network.at(hostname, `${PATHS[MEDIA_TYPES[kind]]}/${token}?${query}`);
    if (!url) {
      problem = new Refused('rejected', 'WhatsApp named a media server outside of its own domain');
      continue;
    }
    try {
      return await put(url, part.handle, length, means);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problem = error;
      if (!(error instanceof Expired) || renewed) continue;
      renewed = true;
      ({ hosts, auth } = await mediaConn(true));
      at = -1;
    }
  }
  throw problem;
}

/** The media server does not take our credentials any more. */
class Expired extends Refused {}

/**
 * @param {URL} url
 * @param {FileHandle} handle
 * @param {number} length
 * @param {{ signal: AbortSignal, stallMs: number, ca: Buffer | undefined }} means
 * @returns {Promise<{ url: string | null, directPath: string }>}
 */
function put(url, handle, length, means) {
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': length };
  /** @param {import('node:http').ClientRequest} request */
  const send = request => {
    // The request tells of its own end, and of the file's.
    pipeline(contents(handle), request, error => void (error && request.destroy(error)));
  };
  return ask(url, { method: 'POST', headers, send, ...means }, async (response, moved) => {
    const status = response.statusCode ?? 0;
    if (status === 401 || status === 403)
      throw new Expired('rejected', `the media server does not know our credentials (${status})`);
    if (status < 200 || status >= 300) throw refusalOf(status);
    const chunks = [];
    let bytes = 0;
    for await (const chunk of response) {
      moved();
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new Refused('rejected', 'the media server’s answer is too long');
      chunks.push(chunk);
    }
    return placeIn(Buffer.concat(chunks).toString());
  });
}

/**
 * What a file holds, from its beginning. A stream of the handle's own would close it for good when a
 * server answers before it has all, and the next one needs it.
 *
 * @param {FileHandle} handle
 */
async function* contents(handle) {
  const spent = garbage();
  for (let at = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    spent(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/** @param {string} answer */
function placeIn(answer) {
  try {
    const { url, direct_path: directPath } = JSON.parse(answer);
    if (typeof directPath === 'string' && directPath.startsWith('/'))
      return { url: typeof url === 'string' ? url : null, directPath };
  } catch {
    // Told below.
  }
  throw new Refused('rejected', 'the media server did not say where the file is');
}
