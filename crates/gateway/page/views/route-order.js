// Who answers where, in the order in which it wins: nearest first, as the gateway's rule of routes goes.

/**
 * @typedef {{ by: string, account?: string | null, chat?: string | null }} Place
 * @typedef {{ agent: string, name: string, by: string, account: string | null, chat: string | null, words: string,
 *   why: string }} Row
 */

/** From near to far; a binding of a chat that also names the account is nearer than one that does not. */
const ORDER = ['peer_binding', 'group', 'any_group', 'account_binding', 'channel_binding', 'default'];

const WHY = /** @type {Record<string, string>} */ ({
  peer_binding: 'a binding names this chat',
  group: 'the group’s entry names the agent',
  any_group: 'the entry * of groups names the agent',
  account_binding: 'a binding names the account',
  channel_binding: 'a binding names WhatsApp',
  default: 'the default agent',
});

/** All ways in which a place is given to an agent. */
export const WAYS = ORDER;

/** @param {Place} place */
function words({ by, account, chat }) {
  const of = account ? ` of account ${account}` : '';
  if (chat === '*') return `other groups${of}`;
  if (chat) return `${chat}${of}`;
  if (account) return `everything else of account ${account}`;
  return by === 'default' ? 'wherever no other is named' : 'everything else on WhatsApp';
}

/** @param {Row} row */
function rank(row) {
  const place = ORDER.indexOf(row.by);
  const near = row.by === 'peer_binding' && row.account === null ? 0.5 : 0;
  return (place < 0 ? ORDER.length : place) + near;
}

/**
 * What concerns this account.
 *
 * @param {{ id: string, name: string, answers: Place[] }[]} agents
 * @param {string} account
 * @returns {Row[]}
 */
export function routes(agents, account) {
  const rows = agents.flatMap(agent =>
    agent.answers
      .filter(place => !place.account || place.account === account)
      .map(place => ({
        agent: agent.id,
        name: agent.name,
        by: place.by,
        account: place.account ?? null,
        chat: place.chat ?? null,
        words: words(place),
        why: WHY[place.by] ?? place.by,
      })),
  );
  return rows.toSorted((a, b) => rank(a) - rank(b));
}
