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
  const { mode, policy, done } = found;
  return {
    draft: { ...draft, mode, policy, ...typed(found, 'list', 'listed'), ...typed(found, 'owners', 'owned') },
    done: Array.isArray(done) ? done.filter(step => typeof step === 'string') : [],
  };
}

/**
 * What was typed, with what was shown before: what others changed in the config since then is theirs.
 * @param {any} found
 * @param {'list' | 'owners'} text
 * @param {'listed' | 'owned'} shown
 */
function typed(found, text, shown) {
  const whole = typeof found[text] === 'string' && Array.isArray(found[shown]);
  return whole ? { [text]: found[text], [shown]: found[shown].map(String) } : {};
}

/**
 * @param {string} account
 * @param {Draft} draft
 * @param {string[]} done
 * @param {Pick<Storage, 'setItem'>} [storage]
 */
export function keep(account, draft, done, storage = sessionStorage) {
  try {
    storage.setItem(key(account), JSON.stringify({ ...draft, done }));
  } catch {
    // A browser that keeps nothing loses it with a reload, and no more.
  }
}

/** @param {string} account @param {Pick<Storage, 'removeItem'>} [storage] */
export function forget(account, storage = sessionStorage) {
  storage.removeItem(key(account));
}
