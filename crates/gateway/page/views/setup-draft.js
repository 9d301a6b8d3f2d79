// What is chosen in a setup, before it is written.

/** @import { ConfigValue, DmPolicy, Draft, Edit, Mode } from '../types.d.ts' */

import { people, person } from '../numbers.js';
import { accountKey } from './account-key.js';

/** What holds for a mode where nothing is chosen. @param {Mode} mode @returns {DmPolicy} */
export function policyOf(mode) {
  return mode === 'personal' ? 'allowlist' : 'pairing';
}

/**
 * What the config says of an account.
 * @param {ConfigValue[]} values
 * @param {string} account
 */
function heldOf(values, account) {
  const prefix = accountKey(values, account);
  const of = (/** @type {string} */ name) => values.find(one => one.key === `${prefix}.${name}`);
  const entriesOf = (/** @type {unknown} */ held) => (Array.isArray(held) ? held.map(String) : []);
  const owned = of('owners');
  const owners = entriesOf(owned?.value);
  return {
    prefix,
    value: (/** @type {string} */ name) => of(name)?.value,
    list: entriesOf(of('allowFrom')?.value),
    from: of('allowFrom')?.path,
    owners,
    // What all accounts have in common cannot be taken away from one.
    isOwned: owners.length > 0 && owned?.path === owned?.key,
  };
}

/** An entry of the config, spelled as `people` spells it. @param {string} text */
function spelled(text) {
  const read = person(text);
  return 'entry' in read ? read.entry : text;
}

/**
 * What is chosen already.
 * @param {ConfigValue[]} values
 * @param {string} account
 * @returns {Draft}
 */
export function draftOf(values, account) {
  const { value, list, owners } = heldOf(values, account);
  const mode = value('mode') === 'personal' ? 'personal' : 'dedicated';
  const policy = /** @type {DmPolicy | undefined} */ (value('dmPolicy')) ?? policyOf(mode);
  const listed = list.filter(entry => entry !== '*');
  return {
    mode,
    policy,
    list: listed.join('\n'),
    listed: listed.map(spelled),
    owners: owners.join(', '),
    owned: owners.map(spelled),
  };
}

/**
 * What is written into the config: all of it together, as one without the others may be refused. Of the list only what
 * was added here and what was taken out, as others may have changed it since it was shown.
 * @param {Draft} draft
 * @param {ConfigValue[]} values as they are now
 * @param {string} account
 * @returns {Edit[]}
 */
export function editsOf({ mode, policy, list, listed, owners, owned }, values, account) {
  const { prefix, list: now, from, isOwned } = heldOf(values, account);
  const { entries } = people(list);
  const there = now.map(spelled);
  const everybody = policy === 'open' ? ['*'] : [];
  const added = [...everybody, ...entries.filter(entry => !listed.includes(entry))].filter(
    entry => !there.includes(entry),
  );
  const gone = now.filter((entry, index) =>
    entry === '*' ? policy !== 'open' : listed.includes(there[index]) && !entries.includes(there[index]),
  );
  /** @returns {Edit} */
  const edit = (/** @type {string} */ name, /** @type {unknown} */ value) => ({
    key: `${prefix}.${name}`,
    value,
    append: false,
  });
  const edits = [edit('mode', mode), edit('dmPolicy', policy)];
  // Without a list of owners the linked number is one; an empty list would be nobody.
  const named = people(owners).entries;
  if (named.join() !== owned.join()) {
    if (named.length > 0) edits.push(edit('owners', named));
    else if (isOwned) edits.push(edit('owners', null));
  }
  if (added.length + gone.length === 0) return edits;
  const own = edit('allowFrom', added);
  // A list of the account's own takes the place of the one that it had from the root, so it begins as that one.
  if (from !== own.key) {
    const kept = now.filter(entry => !gone.includes(entry));
    return [...edits, { ...own, value: [...kept, ...added], append: true }];
  }
  if (added.length > 0) edits.push({ ...own, append: true });
  if (gone.length > 0) edits.push({ ...own, value: gone, remove: true });
  return edits;
}
