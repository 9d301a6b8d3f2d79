// One folder of files that are replaced, never rewritten: temp file, fsync, rename, fsync of the
// folder. After a kill at any instant each file holds its old or its new bytes.

import { createHash } from 'node:crypto';
import { constants, renameSync, writeFileSync } from 'node:fs';
import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const TEMP_PREFIX = '.tmp-';
/** Longest id kept in a file name; file systems allow 255 bytes for the whole name. */
const MAX_NAME = 180;

/**
 * The file of one key. Different keys never share a file: everything outside a small alphabet is
 * escaped (capitals too, for file systems that fold them), and an id too long for a name is hashed
 * behind a character that no escaped id begins with.
 *
 * @param {string} type
 * @param {string} id
 */
export function keyFileName(type, id) {
  const escaped = Buffer.from(id).reduce(
    (name, byte) => name + (isPlain(byte) ? String.fromCharCode(byte) : hex(byte)),
    '',
  );
  const unique = escaped.length <= MAX_NAME ? escaped : `=${createHash('sha256').update(id).digest('hex')}`;
  return `${type}.${unique}.json`;
}

/** @param {number} byte a digit, a small letter, `-` or `_` */
function isPlain(byte) {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x5f;
}

/** @param {number} byte */
function hex(byte) {
  return `%${byte.toString(16).padStart(2, '0')}`;
}

/** @param {unknown} error */
export function isAbsent(error) {
  return error instanceof Error && /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
}

export class AuthFiles {
  #dir;
  #temps = 0;
  /** @type {import('node:fs/promises').FileHandle | undefined} open for as long as this process lives */
  #folder;
  /** @type {Promise<void> | undefined} a folder sync that has not begun yet */
  #nextSync;
  /** @type {Promise<void>} */
  #lastSync = Promise.resolve();

  /** @param {string} dir exists, mode 0700, locked by the gateway */
  constructor(dir) {
    this.#dir = dir;
  }

  /** Everything but hidden files. */
  async list() {
    const names = await readdir(this.#dir);
    return names.filter(name => !name.startsWith('.'));
  }

  /** Removes what a kill in mid-write left. */
  async sweep() {
    const names = await readdir(this.#dir);
    await Promise.all(
      names.filter(name => name.startsWith(TEMP_PREFIX)).map(name => unlink(join(this.#dir, name))),
    );
  }

  /**
   * @param {string} name
   * @returns {Promise<string | undefined>} undefined: there is no such file
   */
  async read(name) {
    try {
      return await readFile(join(this.#dir, name), 'utf8');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /**
   * What does not wait for the disk is done sooner than handed over to another thread. The file is opened there
   * nevertheless: under Node's permission model only a handle can be flushed.
   *
   * @param {string} name
   * @param {string} text
   */
  async replace(name, text) {
    this.#temps += 1;
    const temp = join(this.#dir, `${TEMP_PREFIX}${this.#temps}`);
    try {
      const file = await open(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
      try {
        writeFileSync(file.fd, text);
        await file.datasync();
      } finally {
        await file.close();
      }
      renameSync(temp, join(this.#dir, name));
    } catch (error) {
      // On a full disk, what was begun takes the very room that is missing.
      await unlink(temp).catch(() => {});
      throw error;
    }
    await this.#syncFolder();
  }

  /** @param {string} name */
  async remove(name) {
    try {
      await unlink(join(this.#dir, name));
    } catch (error) {
      if (isAbsent(error)) return;
      throw error;
    }
    await this.#syncFolder();
  }

  /**
   * Moves a damaged file out of the way, keeping its bytes.
   *
   * @param {string} name
   */
  async setAside(name) {
    await rename(join(this.#dir, name), join(this.#dir, `${name}.damaged`));
    await this.#syncFolder();
  }

  /** Makes renames so far durable. Calls that wait for the same future sync share it. */
  #syncFolder() {
    this.#nextSync ??= this.#lastSync.then(async () => {
      this.#nextSync = undefined;
      this.#folder ??= await open(this.#dir, constants.O_RDONLY);
      await this.#folder.sync();
    });
    const sync = this.#nextSync;
    this.#lastSync = sync.catch(() => {});
    return sync;
  }
}
