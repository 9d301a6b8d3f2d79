// The credentials and Signal keys of one account, as files. Rules that matter more than speed:
// a damaged file is never "no credentials" (that would become a brand-new identity), only
// `creds.json` has a second copy, and Signal state is never rolled back: a damaged session is set
// aside and that peer is re-keyed by a retry.
//
// Values are kept as text in a bounded cache, so a reader never shares an object with another,
// and writing what is already there costs nothing.

import { decode, encode } from './auth-codec.js';
import { AuthFiles, keyFileName } from './auth-files.js';

/** @typedef {import('baileys').AuthenticationCreds} AuthenticationCreds */
/** @typedef {import('baileys').SignalDataSet} SignalDataSet */
/** @typedef {import('baileys').SignalKeyStore} SignalKeyStore */

const CREDS = 'creds.json';
const LAST_GOOD = 'creds.last-good.json';
const CACHED_KEYS = 2_000;

/** There are credentials but none can be read. Nothing was touched. */
export class AuthUnreadable extends Error {
  name = 'AuthUnreadable';
}

/** The credentials can be read, and nothing can be written. Nothing was made worse. */
export class AuthUnwritable extends Error {
  name = 'AuthUnwritable';

  /** @param {unknown} error */
  constructor(error) {
    super(`the auth files cannot be written: ${codeOf(error)}`);
  }
}

/** What the file system says most, in words. @type {Record<string, string>} */
const WORDS = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'access is denied',
  EIO: 'the disk fails',
};

/** @param {unknown} error */
function codeOf(error) {
  const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? 'unknown error';
  return WORDS[code] ? `${WORDS[code]} (${code})` : code;
}

/**
 * @typedef {object} StoreHooks
 * @property {(problem: string) => void} onWriteFailed called once, before any waiting write rejects
 * @property {(notice: string) => void} onNotice something was repaired
 * @property {(written: SignalDataSet) => void} [onKeysWritten]
 * @property {Record<string, (value: any) => any>} [revive] per key type, what a plain value becomes
 */

export class AuthStore {
  #files;
  #hooks;
  /** @type {Map<string, string | null>} file name to its text; null: known to be absent */
  #cache = new Map();
  /** @type {Map<string, Promise<void>>} the last write of a file that is under way */
  #writing = new Map();
  /** @type {AuthenticationCreds | undefined} */
  #creds;
  #savedCreds = '';
  /** @type {Promise<void> | undefined} */
  #savingCreds;
  #stopped = false;
  #failed = false;
  /** The credentials were damaged and taken from their last good copy. */
  restored = false;

  /**
   * @param {string} dir
   * @param {StoreHooks} hooks
   */
  constructor(dir, hooks) {
    this.#files = new AuthFiles(dir);
    this.#hooks = hooks;
  }

  /**
   * @param {() => AuthenticationCreds} makeIdentity called only when the folder holds nothing
   * @returns {Promise<AuthenticationCreds>}
   */
  async load(makeIdentity) {
    const names = await this.#files.list().catch(error => {
      throw new AuthUnreadable(`the auth folder cannot be listed: ${error.code ?? error.name}`);
    });
    const [creds, lastGood] = await Promise.all([this.#readCreds(CREDS), this.#readCreds(LAST_GOOD)]);
    const best = creds.value ? creds : lastGood;
    if (!best.value && names.length > 0) {
      throw new AuthUnreadable(creds.problem ?? lastGood.problem ?? 'there are key files but no credentials');
    }
    try {
      // First, because on a full disk it makes room.
      await this.#files.sweep();
      if (best.value) await this.#bothCopies(best.text ?? '', creds, lastGood);
    } catch (error) {
      throw new AuthUnwritable(error);
    }
    this.#savedCreds = best.text ?? '';
    this.#creds = best.value ?? makeIdentity();
    return this.#creds;
  }

  /**
   * Lets both copies of the credentials be the same again.
   *
   * @param {string} text of the better one
   * @param {{ text?: string, value?: unknown }} creds
   * @param {{ text?: string }} lastGood
   */
  async #bothCopies(text, creds, lastGood) {
    if (creds.value) {
      if (lastGood.text !== text) await this.#files.replace(LAST_GOOD, text);
      return;
    }
    if (creds.text !== undefined) await this.#files.setAside(CREDS);
    await this.#files.replace(CREDS, text);
    this.#hooks.onNotice('creds_restored: the credentials were taken from their last good copy');
    this.restored = true;
  }

  /** @param {string} name */
  async #readCreds(name) {
    let text;
    try {
      text = await this.#files.read(name);
    } catch (error) {
      throw new AuthUnreadable(`${name} cannot be read: ${codeOf(error)}`);
    }
    if (text === undefined) return { problem: undefined };
    try {
      const value = decode(text);
      if (
        value?.noiseKey?.private &&
        value.signedIdentityKey?.private &&
        value.signedPreKey &&
        value.advSecretKey
      ) {
        return { text, value: /** @type {AuthenticationCreds} */ (value) };
      }
    } catch {
      // Reported by the caller, with the other copy at hand.
    }
    return { text, problem: `${name} does not hold credentials` };
  }

  /**
   * Saves the credentials as they are now. Resolves when they are on disk.
   *
   * @returns {Promise<void>}
   */
  saveCreds() {
    if (this.#stopped) return Promise.resolve();
    this.#savingCreds ??= Promise.resolve().then(() => this.#saveCredsUntilClean());
    return this.#savingCreds;
  }

  async #saveCredsUntilClean() {
    try {
      for (;;) {
        const text = encode(this.#creds);
        if (text === this.#savedCreds || this.#stopped) return;
        await this.#guard(this.#files.replace(CREDS, text));
        await this.#guard(this.#files.replace(LAST_GOOD, text));
        this.#savedCreds = text;
      }
    } finally {
      this.#savingCreds = undefined;
    }
  }

  /**
   * A file beside the keys whose loss is harmless: a problem with it is said, and no more.
   *
   * @param {string} name not one of a key or of the credentials
   */
  spare(name) {
    return {
      read: () => this.#files.read(name),
      replace: async (/** @type {string} */ text) => {
        if (this.#stopped) return;
        const writing = this.#files.replace(name, text);
        this.#writing.set(name, writing);
        await writing
          .catch(() => this.#hooks.onNotice(`${name} was not written`))
          .finally(() => this.#writing.get(name) === writing && this.#writing.delete(name));
      },
    };
  }

  /**
   * Forgets credentials that never were of use; the files keep them until new ones are saved.
   *
   * @param {() => AuthenticationCreds} makeIdentity
   */
  startOver(makeIdentity) {
    this.#creds = makeIdentity();
    return this.#creds;
  }

  /** Resolves when every write that was asked for is on disk, or failed. */
  async settled() {
    await Promise.allSettled([this.#savingCreds, ...this.#writing.values()]);
  }

  /** No write begins after this. */
  stop() {
    this.#stopped = true;
  }

  /** @returns {SignalKeyStore} */
  keys() {
    return {
      get: async (type, ids) => {
        /** @type {Record<string, any>} */
        const found = {};
        await Promise.all(
          ids.map(async id => {
            const value = await this.#getKey(type, String(id));
            if (value !== undefined) found[id] = value;
          }),
        );
        return found;
      },
      set: async data => {
        const changes = this.#changes(data);
        // Files cannot change together, so a kill must find the session before its pre-key is gone.
        await this.#apply(changes.filter(({ text }) => text !== null));
        await this.#apply(changes.filter(({ text }) => text === null));
        this.#hooks.onKeysWritten?.(data);
      },
    };
  }

  /** @param {{ name: string, text: string | null }[]} changes */
  async #apply(changes) {
    await Promise.all(changes.map(({ name, text }) => this.#setKey(name, text)));
  }

  /** @param {SignalDataSet} data */
  #changes(data) {
    return Object.entries(data).flatMap(([type, entries]) =>
      Object.entries(entries ?? {}).map(([id, value]) => {
        const text = value === null || value === undefined ? null : encode(value);
        return { name: keyFileName(type, id), text };
      }),
    );
  }

  /**
   * @param {string} type
   * @param {string} id
   */
  async #getKey(type, id) {
    const name = keyFileName(type, id);
    let text = this.#cache.get(name);
    if (text === undefined) {
      const read = (await this.#files.read(name)) ?? null;
      // A write that began during the read knows better.
      text = this.#cache.has(name) ? /** @type {string | null} */ (this.#cache.get(name)) : read;
    }
    this.#remember(name, text);
    if (text === null) return undefined;
    try {
      const value = decode(text);
      return this.#hooks.revive?.[type]?.(value) ?? value;
    } catch {
      await this.#guard(this.#files.setAside(name));
      this.#hooks.onNotice(`a damaged ${type} file was set aside`);
      this.#remember(name, null);
      return undefined;
    }
  }

  /**
   * @param {string} name
   * @param {string | null} text
   */
  #setKey(name, text) {
    if (this.#stopped) return Promise.reject(new Error('the auth store is closed'));
    const before = this.#writing.get(name);
    if (this.#cache.get(name) === text) return before;
    this.#remember(name, text);
    const write = async () => {
      await before?.catch(() => {});
      await this.#guard(text === null ? this.#files.remove(name) : this.#files.replace(name, text));
    };
    const writing = write().finally(() => {
      if (this.#writing.get(name) === writing) this.#writing.delete(name);
    });
    this.#writing.set(name, writing);
    return writing;
  }

  /**
   * A failed write is the end of this process: state that is not on disk must not be acted upon.
   *
   * @param {Promise<void>} write
   */
  async #guard(write) {
    try {
      await write;
    } catch (error) {
      if (!this.#failed) {
        this.#failed = true;
        this.#stopped = true;
        this.#hooks.onWriteFailed(codeOf(error));
      }
      throw error;
    }
  }

  /**
   * @param {string} name
   * @param {string | null} text
   */
  #remember(name, text) {
    this.#cache.delete(name);
    this.#cache.set(name, text);
    if (this.#cache.size <= CACHED_KEYS) return;
    for (const oldest of this.#cache.keys()) {
      // What is still on its way to the disk can only be read from here.
      if (this.#writing.has(oldest)) continue;
      this.#cache.delete(oldest);
      return;
    }
  }
}
