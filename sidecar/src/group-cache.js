// Who is in a group, kept across processes, so that a message to a group costs no question. An entry
// is right as long as nothing was said about the group: after any notification about it the next
// message asks. Those of the time without a connection come right after the login, so entries of an
// earlier process are believed only when all of them have come. Beyond that an entry lives for hours,
// and is not believed when the server's participant hash in an ack is another than before. Whoever
// was left out nevertheless asks for the message again, and gets it.
//
// An entry also shows who has left, and then our sender key is made anew before the next message:
// the library would go on with the one they hold, and would not give it to them if they came back.
//
// One file, bounded; losing it costs questions, and that a key is not made anew.

import { log, nameOf } from './log.js';

/** @typedef {import('baileys').GroupMetadata} GroupMetadata */
/** @typedef {{ read: () => Promise<string | undefined>, replace: (text: string) => Promise<void> }} Place */
/**
 * @typedef {object} Entry
 * @property {string[]} members
 * @property {'pn' | 'lid'} addressing
 * @property {number} [ephemeral] seconds
 * @property {number} fetchedAt Unix milliseconds
 * @property {string} [hash] the server's, of the participants
 * @property {boolean} [doubtful] something was said about the group
 * @property {boolean} [left] somebody has left who holds our sender key
 */

export const CACHE_FILE = 'group-cache.json';
const VERSION = 1;
const MAX_AGE_MS = 6 * 60 * 60 * 1_000;
const MAX_GROUPS = 200;
const MAX_MEMBERS = 40_000;
/** How long a message waits for the news of the time without a connection. */
const NEWS_DEADLINE_MS = 3_000;

export class GroupCache {
  #place;
  #fetch;
  #forgetKey;
  #now;
  /** @type {Map<string, Entry>} least recently used first */
  #entries = new Map();
  /** Counts doubts, so that an answer that was under way meanwhile is not believed. */
  #doubts = 0;
  #dirty = false;
  /** @type {Promise<void> | undefined} */
  #saving;
  /** @type {Set<string>} of an earlier process, and news may still come */
  #inherited = new Set();
  #newsCame = () => {};
  /** @type {Promise<void>} */
  #news = new Promise(resolve => {
    this.#newsCame = resolve;
  });

  /**
   * @param {object} parts
   * @param {Place} parts.place
   * @param {(group: string) => Promise<GroupMetadata>} parts.fetch asks WhatsApp
   * @param {(group: string) => Promise<void>} parts.forgetKey our sender key there and who holds it
   * @param {() => number} [parts.now]
   */
  constructor({ place, fetch, forgetKey, now = Date.now }) {
    this.#place = place;
    this.#fetch = fetch;
    this.#forgetKey = forgetKey;
    this.#now = now;
  }

  async load() {
    try {
      const { version, groups } = JSON.parse((await this.#place.read()) ?? '{}');
      if (version !== VERSION || !Array.isArray(groups)) return;
      for (const [group, entry] of groups) if (isEntry(entry)) this.#entries.set(String(group), entry);
      this.#bound();
      this.#inherited = new Set(this.#entries.keys());
    } catch (error) {
      log('warn', `the group cache was not read: ${nameOf(error)}`);
    }
  }

  /** Every notification that waited for us has arrived. */
  caughtUp() {
    this.#inherited.clear();
    this.#newsCame();
  }

  /** @param {string} group a message to it is next, and none of ours is on its way there */
  async prepare(group) {
    await this.metadata(group);
    const entry = this.#entries.get(group);
    if (!entry?.left) return;
    await this.#forgetKey(group);
    entry.left = false;
    this.#save();
  }

  /**
   * @param {string} group
   * @returns {Promise<GroupMetadata>}
   */
  async metadata(group) {
    if (this.#inherited.has(group)) {
      await Promise.race([this.#news, new Promise(resolve => setTimeout(resolve, NEWS_DEADLINE_MS))]);
    }
    const entry = this.#entries.get(group);
    const age = this.#now() - (entry?.fetchedAt ?? 0);
    if (entry && !entry.doubtful && !this.#inherited.has(group) && age >= 0 && age < MAX_AGE_MS) {
      this.#entries.delete(group);
      this.#entries.set(group, entry);
      return metadataOf(group, entry);
    }
    const doubts = this.#doubts;
    const metadata = await this.#fetch(group);
    this.#keep(group, metadata, doubts !== this.#doubts);
    return metadata;
  }

  /** @param {string} group something about it changed */
  doubt(group) {
    this.#doubts += 1;
    const entry = this.#entries.get(group);
    if (!entry || entry.doubtful) return;
    entry.doubtful = true;
    this.#save();
  }

  /** Anything may have changed. */
  doubtAll() {
    for (const group of this.#entries.keys()) this.doubt(group);
  }

  /**
   * @param {string} group
   * @param {string | undefined} hash of the participants, in the ack of a message of ours
   */
  acknowledged(group, hash) {
    const entry = this.#entries.get(group);
    if (!entry || !hash || entry.hash === hash) return;
    if (entry.hash !== undefined) return this.doubt(group);
    entry.hash = hash;
    this.#save();
  }

  /** @param {string} group @param {GroupMetadata} metadata @param {boolean} doubtful */
  #keep(group, metadata, doubtful) {
    const before = this.#entries.get(group);
    const members = metadata.participants.map(({ id }) => id);
    const present = new Set(members);
    this.#inherited.delete(group);
    this.#entries.delete(group);
    this.#entries.set(group, {
      members,
      addressing: metadata.addressingMode === 'lid' ? 'lid' : 'pn',
      ...(metadata.ephemeralDuration ? { ephemeral: metadata.ephemeralDuration } : {}),
      fetchedAt: this.#now(),
      doubtful,
      left: before?.left || before?.members.some(member => !present.has(member)) || false,
    });
    this.#bound();
    this.#save();
  }

  #bound() {
    let all = [...this.#entries.values()].reduce((sum, { members }) => sum + members.length, 0);
    for (const [oldest, { members }] of this.#entries) {
      if (this.#entries.size <= MAX_GROUPS && all <= MAX_MEMBERS) return;
      this.#entries.delete(oldest);
      all -= members.length;
    }
  }

  #save() {
    this.#dirty = true;
    this.#saving ??= this.#saveUntilClean();
  }

  async #saveUntilClean() {
    while (this.#dirty) {
      this.#dirty = false;
      await this.#place.replace(JSON.stringify({ version: VERSION, groups: [...this.#entries] }));
    }
    this.#saving = undefined;
  }
}

/** @param {any} entry @returns {entry is Entry} */
function isEntry(entry) {
  return (
    Array.isArray(entry?.members) &&
    entry.members.length > 0 &&
    entry.members.every((/** @type {unknown} */ member) => typeof member === 'string') &&
    Number.isFinite(entry.fetchedAt) &&
    (entry.addressing === 'pn' || entry.addressing === 'lid')
  );
}

/**
 * What the library needs to know to write to a group.
 *
 * @param {string} group
 * @param {Entry} entry
 * @returns {GroupMetadata}
 */
function metadataOf(group, { members, addressing, ephemeral }) {
  return /** @type {GroupMetadata} */ ({
    id: group,
    subject: '',
    owner: undefined,
    addressingMode: addressing,
    participants: members.map(id => ({ id })),
    ephemeralDuration: ephemeral,
  });
}
