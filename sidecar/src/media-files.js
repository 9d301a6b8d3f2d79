// Files below the media folder: what is read from there, and what appears there. A file that is
// not finished has a name of ours in the folder itself, so that no one takes it for one that is,
// and is gone when its writer gives up. What a crash left behind is removed at the next start.

import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { log, nameOf } from './log.js';
import { badRequest } from './refused.js';

/** @typedef {import('node:fs/promises').FileHandle} FileHandle */

const PART = /^[0-9A-Za-z_-][0-9A-Za-z._-]{0,199}$/;
const MAX_DEPTH = 8;

export class MediaFiles {
  #dir;
  #prefix;

  /** @param {string} dir the media folder @param {string} owner tells the files of one account from another's */
  constructor(dir, owner) {
    this.#dir = dir;
    this.#prefix = `.part-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}-`;
  }

  /** Removes what an earlier process of this account did not finish. */
  async clean() {
    try {
      const names = await readdir(this.#dir);
      const ours = names.filter(name => name.startsWith(this.#prefix));
      await Promise.all(ours.map(name => rm(join(this.#dir, name), { force: true })));
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT')
        log('warn', `unfinished files in the media folder were not removed: ${nameOf(error)}`);
    }
  }

  /**
   * Opens a regular file for reading.
   *
   * @param {unknown} file
   * @returns {Promise<{ handle: FileHandle, bytes: number }>}
   */
  async read(file) {
    const path = await this.#resolve(partsOf(file), { make: false });
    let handle;
    try {
      // A pipe without a writer must not hold us up, and a link leads elsewhere.
      handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      throw badRequest(`file cannot be opened (${codeOf(error)})`);
    }
    const stat = await handle.stat();
    if (stat.isFile()) return { handle, bytes: stat.size };
    await handle.close();
    throw badRequest('file is not a regular file');
  }

  /** @param {unknown} file @returns {Promise<string>} where it will be; its folder is there */
  place(file) {
    return this.#resolve(partsOf(file), { make: true });
  }

  /**
   * A file under a passing name, which `work` fills.
   *
   * @template T
   * @param {(part: { handle: FileHandle, path: string }) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async withPart(work) {
    const path = join(this.#dir, `${this.#prefix}${randomBytes(12).toString('hex')}`);
    const handle = await open(path, 'wx+', 0o600);
    try {
      return await work({ handle, path });
    } finally {
      await Promise.allSettled([handle.close(), rm(path, { force: true })]);
    }
  }

  /**
   * Lets a finished part appear, all of it or nothing even if the power fails.
   *
   * @param {{ handle: FileHandle, path: string }} part
   * @param {string} place
   */
  async appear({ handle, path }, place) {
    await handle.sync();
    await rename(path, place);
    const folder = await open(dirname(place), constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /**
   * No part of the way may be a link that leads out of the folder.
   *
   * @param {string[]} parts
   * @param {{ make: boolean }} options
   */
  async #resolve(parts, { make }) {
    try {
      const root = await realpath(this.#dir);
      const folder = join(root, ...parts.slice(0, -1));
      if (make) await mkdir(folder, { recursive: true, mode: 0o700 });
      const real = await realpath(folder);
      if (real === folder && (real === root || real.startsWith(root + sep)))
        return join(real, parts[parts.length - 1]);
    } catch (error) {
      throw badRequest(`file has no folder (${codeOf(error)})`);
    }
    throw badRequest('file lies behind a link');
  }
}

/** @param {unknown} file @returns {string[]} */
function partsOf(file) {
  if (typeof file !== 'string') throw badRequest('file is missing');
  const parts = file.split('/');
  if (parts.length > MAX_DEPTH || !parts.every(part => PART.test(part)))
    throw badRequest('file is not a plain path below the media folder');
  return parts;
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error)?.code ?? 'unknown';
}
