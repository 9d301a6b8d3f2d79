// What is chosen in a setup, before it is written.

/** @import { ConfigValue, DmPolicy, Draft, Edit, Mode } from '../types.d.ts' */

import { people } from '../numbers.js';

/** What holds for a mode where nothing is chosen. @param {Mode} mode @returns {DmPolicy} */
export function policyOf(mode) {
  return mode === 'personal' ? 'allowlist' : 'pairing';
}

/**
 * What is chosen already.
 * @param {ConfigValue[]} values
 * @param {string} account
 * @returns {Draft}
 */
export function draftOf(values, account) {
  const named = `channels.whatsapp.accounts.${account}`;
  const prefix = values.some(value => value.key.startsWith(`${named}.`)) ? named : 'channels.whatsapp';
  const value = (/** @type {string} */ name) => values.find(one => one.key === `${prefix}.${name}`)?.value;
  const mode = value('mode') === 'personal' ? 'personal' : 'dedicated';
  const policy = /** @type {DmPolicy | undefined} */ (value('dmPolicy')) ?? policyOf(mode);
  const isOwn = (/** @type {ConfigValue} */ { key, level }) =>
    key === `${named}.owners` && level === 'account';
  const entriesOf = (/** @type {unknown} */ held) => (Array.isArray(held) ? held.map(String) : []);
  const list = entriesOf(value('allowFrom'));
  const owners = entriesOf(value('owners'));
  return {
    prefix,
    mode,
    policy,
    list: list.filter(entry => entry !== '*').join('\n'),
    wasListed: list.length > 0,
    owners: owners.join(', '),
    // What all accounts have in common cannot be taken away from one.
    wasOwned: owners.length > 0 && (prefix !== named || values.some(isOwn)),
  };
}

/**
 * What is written into the config: all of it together, as one without the others may be refused.
 * @param {Draft} draft
 * @returns {Edit[]}
 */
export function editsOf({ prefix, mode, policy, list, wasListed, owners, wasOwned }) {
  const { entries } = people(list);
  const allowed = policy === 'open' ? ['*', ...entries] : entries;
  const edit = (/** @type {string} */ name, /** @type {unknown} */ value) => ({
    key: `${prefix}.${name}`,
    value,
    append: false,
  });
  const edits = [edit('mode', mode), edit('dmPolicy', policy)];
  if (allowed.length > 0 || wasListed) edits.push(edit('allowFrom', allowed));
  // Without a list of owners the linked number is one; an empty list would be nobody.
  const named = people(owners).entries;
  if (named.length > 0) edits.push(edit('owners', named));
  else if (wasOwned) edits.push(edit('owners', null));
  return edits;
}
