const FORBIDDEN = 403;
const NOT_FOUND = 404;

/**
 * The `w:g2` namespace: what a group is, and which groups there are.
 * @param {import('./iq.js').Request} request
 */
export function answerGroups({ conn, stanza, child }) {
  const { groups } = conn.server;
  const { device } = conn;
  if (stanza.attrs.type !== 'get') return { error: 501 };
  if (child?.tag === 'participating') {
    const all = groups.of(device.person);
    for (const group of all) group.learned(device, 0);
    conn.record.add('groups_fetched', { account: conn.account, device: device.number, n: all.length });
    return [{ tag: 'groups', attrs: {}, content: all.map(group => group.node()) }];
  }
  if (child?.tag !== 'query') return { error: NOT_FOUND };
  const group = groups.byJid(stanza.attrs.to);
  if (!group) return { error: NOT_FOUND };
  if (!group.has(device.person)) return { error: FORBIDDEN };
  group.learned(device, 0);
  conn.record.add('group_fetched', { account: conn.account, device: device.number, group: group.jid });
  return [group.node()];
}
