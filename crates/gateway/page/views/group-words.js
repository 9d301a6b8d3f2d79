// A group in words: is it heard, what is answered there, who says so, and who may write.

import { accountKey } from './account-key.js';

/**
 * Whether it is let in, how that reads with those in it who may write, and the mark it has.
 * @param {{ group: string, listed: boolean, enabled: boolean }} group
 * @param {ReturnType<typeof rulesOf>} rules
 */
export function heard({ group, listed, enabled }, rules) {
  // Then each counts as switched off, which no entry of a group changes.
  if (rules.policy === 'disabled') return { heard: false, word: 'groups are off', mark: 'drop' };
  if (!listed) return { heard: false, word: 'not listed', mark: 'drop' };
  if (!enabled) return { heard: false, word: 'switched off', mark: 'drop' };
  const mute = nobody(rules, group) !== undefined;
  return { heard: true, word: mute ? 'nobody is heard' : 'heard', mark: mute ? 'hold' : 'ok' };
}

/** @param {{ mode: string, source: { level: string, path: string, line?: number | null } }} group */
export function modeWords({ mode, source: { level, path, line } }) {
  const answers = mode === 'always' ? 'every message' : 'mentions only';
  if (level === 'stored') return { answers, from: 'chosen by command; it wins over the config' };
  if (level === 'default') return { answers, from: 'by default; the config says nothing' };
  return { answers, from: line ? `${path}, line ${line}` : path };
}

/**
 * What the config says of those who write in groups. An account that is named there has all values below its own key.
 * @param {{ key: string, value: any, level: string }[]} values
 * @param {string} account
 */
export function rulesOf(values, account) {
  const root = 'channels.whatsapp';
  const own = accountKey(values, account);
  const of = (/** @type {string} */ key) =>
    [`${own}.${key}`, `${root}.${key}`]
      .map(path => values.find(value => value.key === path))
      .find(found => found !== undefined);
  const list = of('groupAllowFrom');
  const policy = of('groupPolicy');
  return {
    policy: policy?.value,
    /** Where to write what would change it. */
    keys: {
      policy: policy?.key ?? `${root}.groupPolicy`,
      list: list?.key ?? `${root}.groupAllowFrom`,
      groups: of('groups')?.key ?? `${root}.groups`,
    },
    name: list === undefined || list.level === 'default' ? 'allowFrom' : 'groupAllowFrom',
    list: list?.value ?? of('allowFrom')?.value ?? [],
    groups: of('groups')?.value ?? {},
    mode: of('mode')?.value,
  };
}

/**
 * What keeps everybody in a group that is let in from being heard, and the key that changes it; nothing if somebody is.
 * @param {ReturnType<typeof rulesOf>} rules
 * @param {string} group
 * @returns {{ by: 'policy' | 'people' | 'list', key: string } | undefined}
 */
export function nobody(rules, group) {
  if (!whoIsHeard(rules, group).startsWith('nobody')) return undefined;
  const { policy, groups, keys, name } = rules;
  if (policy === 'disabled') return { by: 'policy', key: keys.policy };
  const entry = groups[group]?.allowFrom ? group : groups['*']?.allowFrom ? '*' : undefined;
  if (entry !== undefined) return { by: 'list', key: `${keys.groups}["${entry}"].allowFrom` };
  return name === 'allowFrom' ? { by: 'people', key: name } : { by: 'list', key: keys.list };
}

/** @param {ReturnType<typeof rulesOf>} rules @param {string} group one that is let in */
export function whoIsHeard({ policy, name, list, groups, mode }, group) {
  if (policy === 'disabled') return 'nobody: groupPolicy is disabled';
  if (policy === 'open') return 'everybody: groupPolicy is open';
  const own = groups[group]?.allowFrom ?? groups['*']?.allowFrom;
  const heard = own ?? list;
  const from = own ? 'allowFrom in groups' : name;
  if (heard.includes('*')) return `everybody: * is in ${from}`;
  if (heard.length === 0) return `${mode === 'personal' ? 'only you' : 'nobody'}: ${from} is empty`;
  const more = heard.length > 3 ? ` and ${heard.length - 3} more` : '';
  return `${heard.slice(0, 3).join(', ')}${more} (${from})`;
}

/**
 * What came last stands first.
 * @template {{ last_ms: number | null, group: string }} G
 * @param {G[]} groups
 */
export function inOrder(groups) {
  return groups.toSorted((a, b) => (b.last_ms ?? 0) - (a.last_ms ?? 0) || a.group.localeCompare(b.group));
}
