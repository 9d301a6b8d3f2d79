// What was chosen in a setup and is not written yet, kept over a reload of the page: in this tab, and no longer than it.

/** @import { DmPolicy, Draft, Mode } from '../types.d.ts' */

/** @type {Mode[]} */
const MODES = ['dedicated', 'personal'];
/** @type {DmPolicy[]} */
const POLICIES = ['pairing', 'allowlist', 'open', 'disabled'];

/** @param {string} account */
const key = account => `fased:setup:${account}`;

/**
 * What was kept, over what the config says. Whatever else is found there is not taken.
 * @param {Draft} draft
 * @param {string} account
 * @param {Pick<Storage, 'getItem'>} [storage]
 * @returns {{ draft: Draft, done: string[] }} and the steps that were done
 */
export function kept(draft, account, storage = sessionStorage) {
  let found;
  try {
    found = JSON.parse(storage.getItem(key(account)) ?? 'null');
  } catch {
    // Not of this page.
  }
  if (!MODES.includes(found?.mode) || !POLICIES.includes(found?.policy)) return { draft, done: [] };
  const { mode, policy, list, done } = found;
  return {
    draft: { ...draft, mode, policy, list: typeof list === 'string' ? list : draft.list },
    done: Array.isArray(done) ? done.filter(step => typeof step === 'string') : [],
  };
}

/**
 * @param {string} account
 * @param {Draft} draft
 * @param {string[]} done
 * @param {Pick<Storage, 'setItem'>} [storage]
 */
export function keep(account, { mode, policy, list }, done, storage = sessionStorage) {
  try {
    storage.setItem(key(account), JSON.stringify({ mode, policy, list, done }));
  } catch {
    // A browser that keeps nothing loses it with a reload, and no more.
  }
}

/** @param {string} account @param {Pick<Storage, 'removeItem'>} [storage] */
export function forget(account, storage = sessionStorage) {
  storage.removeItem(key(account));
}
