// Files that come in and go out, beside everything else: so many at once that memory, disk and
// line stay free for messages.

import { mediaFileProblem, mediaRefProblem } from './checks.js';
import { download } from './media-download.js';
import { MediaFiles } from './media-files.js';
import { mediaNetwork, placesOf } from './media-hosts.js';
import { STALL_MS } from './media-http.js';
import { refresh } from './media-refresh.js';
import { Slots } from './media-slots.js';
import { upload } from './media-upload.js';
import { badRequest, Refused, refuse } from './refused.js';

/** @typedef {import('./protocol.gen.ts').Call} Call */
/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('./media-hosts.js').MediaConn} MediaConn */
/** @typedef {Extract<Call, { method: 'upload_media' }>['params']} Upload */
/** @typedef {Extract<Call, { method: 'download_media' }>['params']} Download */
/** @typedef {Extract<Call, { method: 'refresh_media' }>['params']} Refresh */

const DOWNLOADS = { atOnce: 3, inLine: 64 };
const UPLOADS = { atOnce: 2, inLine: 32 };
/** Of one file; the gateway waits ten minutes for it, the time in line included. */
const DEADLINE_MS = 590_000;

export class Media {
  #files;
  #network;
  #line;
  #ca;
  #stallMs;
  #downloads = new Slots('downloads', DOWNLOADS);
  #uploads = new Slots('uploads', UPLOADS);
  #end = new AbortController();
  /** @type {Set<Promise<unknown>>} */
  #underWay = new Set();
  #cleaned;

  /**
   * @param {object} parts
   * @param {string} parts.dir the media folder
   * @param {string} parts.owner tells the unfinished files of one account from another's
   * @param {string | undefined} parts.endpointUrl
   * @param {Buffer | undefined} parts.ca
   * @param {{ ws: any, sendNode: (node: any) => Promise<void>, self: () => import('./stanza.js').Self, mediaConn: (anew: boolean) => Promise<MediaConn> }} parts.line
   * @param {number} [parts.stallMs]
   */
  constructor({ dir, owner, endpointUrl, ca, line, stallMs = STALL_MS }) {
    this.#files = new MediaFiles(dir, owner);
    this.#network = mediaNetwork(endpointUrl);
    this.#ca = ca;
    this.#line = line;
    this.#stallMs = stallMs;
    this.#cleaned = this.#files.clean();
  }

  /** @param {Upload} wanted @returns {Promise<MediaRef>} */
  async upload(wanted) {
    refuse(mediaFileProblem(wanted));
    return this.#track(signal =>
      this.#uploads.take(signal, () =>
        upload(wanted, {
          files: this.#files,
          network: this.#network,
          mediaConn: this.#line.mediaConn,
          ...this.#means(signal),
        }),
      ),
    );
  }

  /** @param {Download} wanted @returns {Promise<{ bytes: number, sha256: string }>} */
  async download(wanted) {
    const { media, max_bytes: maxBytes } = wanted ?? {};
    refuse(mediaRefProblem(media));
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) throw badRequest('max_bytes is not a length');
    return this.#track(signal =>
      this.#downloads.take(signal, async () => {
        const places = await placesOf(media, this.#network, () => this.#hosts());
        return download(wanted, { places, files: this.#files, ...this.#means(signal) });
      }),
    );
  }

  /** @param {Refresh} wanted @returns {Promise<MediaRef>} */
  async refresh(wanted) {
    return this.#track(async signal => {
      const { ws, sendNode, self } = this.#line;
      const path = await refresh(wanted, { ws, sendNode, self: self(), signal });
      const [host] = await this.#hosts();
      const url = host === undefined ? undefined : this.#network.at(host, path);
      return { ...wanted.media, direct_path: path, url: url?.href ?? null };
    });
  }

  /** Everything under way ends now. */
  stop() {
    this.#end.abort(new Refused('not_connected', 'the sidecar is closing'));
  }

  /** Resolves when no unfinished file is left. */
  async settled() {
    await Promise.allSettled([this.#cleaned, ...this.#underWay]);
  }

  /** @param {AbortSignal} signal */
  #means(signal) {
    return { signal, stallMs: this.#stallMs, ca: this.#ca };
  }

  /** A file can be fetched without knowing them. @returns {Promise<string[]>} */
  async #hosts() {
    try {
      return (await this.#line.mediaConn(false)).hosts.map(({ hostname }) => hostname);
    } catch {
      return [];
    }
  }

  /**
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #track(work) {
    await this.#cleaned;
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new Refused('timed_out', 'the file took too long')),
      DEADLINE_MS,
    );
    const signal = AbortSignal.any([this.#end.signal, late.signal]);
    const task = work(signal);
    this.#underWay.add(task);
    try {
      return await task;
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(task);
    }
  }
}
