import { randomBytes } from 'node:crypto';

const MAX_BYTES = 256 * 1024 * 1024;

/**
 * @typedef {object} StoredFile
 * @property {string} directPath as messages name it, with a query
 * @property {number} length of what is served
 * @property {Buffer} [bytes] held in memory
 * @property {() => Iterable<Buffer>} [stream] or made anew for each reader
 * @property {import('./media-sender.js').ServingFaults} [faults]
 */

/** The encrypted files of the media host, by path. The oldest go when there are too many bytes. */
export class MediaStore {
  constructor() {
    /** @type {Map<string, StoredFile>} */
    this.files = new Map();
    this.bytes = 0;
  }

  /** @param {Omit<StoredFile, 'directPath'>} file @returns {StoredFile} */
  put(file) {
    const name = randomBytes(16).toString('base64url');
    const pathname = `/v/t62.7118-24/${name}_n.enc`;
    const stored = { ...file, directPath: `${pathname}?ccb=11-4&oh=${name}&oe=0` };
    this.files.set(pathname, stored);
    this.bytes += stored.bytes?.length ?? 0;
    for (const [path, { bytes }] of this.files) {
      if (this.bytes <= MAX_BYTES || path === pathname) break;
      this.files.delete(path);
      this.bytes -= bytes?.length ?? 0;
    }
    return stored;
  }

  /** @param {string | null | undefined} path with or without a query @returns {StoredFile | undefined} */
  get(path) {
    return path ? this.files.get(path.split('?')[0]) : undefined;
  }
}
