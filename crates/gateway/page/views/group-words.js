// A group as it is told: is it heard, what is answered there, who says so, and who of it may write.

/** @param {{ listed: boolean, enabled: boolean }} group */
export function heard(group) {
  if (!group.listed) return { tone: 'bad', word: 'not listed', isHeard: false };
  if (!group.enabled) return { tone: 'bad', word: 'switched off', isHeard: false };
  return { tone: 'good', word: 'heard', isHeard: true };
}

/** @param {{ mode: string, source: { level: string, path: string, line?: number | null } }} group */
export function modeWords(group) {
  const { level, path, line } = group.source;
  const answers = group.mode === 'always' ? 'every message' : 'mentions only';
  if (level === 'stored') return { answers, from: 'chosen by command; it wins over the config' };
  if (level === 'default') return { answers, from: 'by default; the config says nothing' };
  return { answers, from: line ? `${path}, line ${line}` : path };
}

/**
 * The settings that say who may write in groups, out of the values of the config.
 *
 * @param {{ key: string, value: any }[]} values
 * @param {string} account
 */
export function groupRules(values, account) {
  const root = 'channels.whatsapp';
  /** @param {string} key */
  const of = key => {
    const paths = [`${root}.accounts.${account}.${key}`, `${root}.accounts["${account}"].${key}`, `${root}.${key}`];
    for (const path of paths) {
      const found = values.find(value => value.key === path);
      if (found && found.value !== null && found.value !== undefined) return found.value;
    }
    return undefined;
  };
  return {
    policy: of('groupPolicy') ?? 'allowlist',
    groupAllowFrom: of('groupAllowFrom'),
    allowFrom: of('allowFrom') ?? [],
    mode: of('mode') ?? 'dedicated',
  };
}

/**
 * Who of a heard group may write: everybody, those of a list, nobody. An entry's own list is not looked at: explain is.
 *
 * @param {ReturnType<typeof groupRules>} rules
 */
export function whoIsHeard(rules) {
  if (rules.policy === 'disabled') return 'nobody: groups are switched off (groupPolicy: disabled)';
  if (rules.policy === 'open') return 'everybody in them (groupPolicy: open)';
  const own = Array.isArray(rules.groupAllowFrom);
  const name = own ? 'groupAllowFrom' : 'allowFrom';
  const list = own ? rules.groupAllowFrom : rules.allowFrom;
  if (list.includes('*')) return `everybody in them (${name} has *)`;
  if (list.length === 0) {
    return rules.mode === 'personal' ? 'only you: the list of senders is empty' : `nobody yet: ${name} is empty`;
  }
  const shown = list.slice(0, 3).join(', ');
  const more = list.length > 3 ? ` and ${list.length - 3} more` : '';
  return `${shown}${more} (${name})`;
}

/**
 * Those who wait for a word first: what is not heard and was seen, then by what came last.
 *
 * @template {{ listed: boolean, enabled: boolean, messages: number, last_ms?: number | null, group: string }} G
 * @param {G[]} groups
 */
export function inOrder(groups) {
  return groups.toSorted(
    (a, b) => (b.last_ms ?? 0) - (a.last_ms ?? 0) || (a.group < b.group ? -1 : a.group > b.group ? 1 : 0),
  );
}
