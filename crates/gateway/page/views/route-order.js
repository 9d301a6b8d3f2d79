// Who answers where, nearest first, which is the order in which it wins.

/** @typedef {{ by: string, account: string | null, chat: string | null }} Place */

/** @type {[string, string][]} */
const ORDER = [
  ['broadcast', 'broadcast names several agents for this chat'],
  ['peer_binding', 'a binding names this chat'],
  ['group', 'the group names the agent'],
  ['any_group', 'the entry * of groups names the agent'],
  ['account_binding', 'a binding names the account'],
  ['channel_binding', 'a binding names WhatsApp'],
  ['default', 'the default agent'],
];
export const WAYS = ORDER.map(([by]) => by);

/** @param {Place} place */
function words({ by, account, chat }) {
  const of = account ? ` of account ${account}` : '';
  if (by === 'broadcast') return `${chat} with others, by broadcast`;
  if (chat) return chat === '*' ? `other groups${of}` : `${chat}${of}`;
  if (account) return `everything else${of}`;
  return by === 'default' ? 'wherever no other is named' : 'everything else on WhatsApp';
}

/** A binding of a chat that also names the account is nearer than one that does not. @param {Place} place */
function rank({ by, account }) {
  return WAYS.indexOf(by) + (by === 'peer_binding' && account === null ? 0.5 : 0);
}

/**
 * What concerns this account.
 * @param {{ id: string, name: string, answers: Place[] }[]} agents
 * @param {string} account
 */
export function inOrder(agents, account) {
  const all = agents.flatMap(({ id, name, answers }) =>
    answers.map(place => ({ ...place, agent: id, name })),
  );
  const here = all.filter(place => place.account === null || place.account === account);
  return here
    .toSorted((a, b) => rank(a) - rank(b))
    .map(place => ({ ...place, where: words(place), why: Object.fromEntries(ORDER)[place.by] ?? place.by }));
}
