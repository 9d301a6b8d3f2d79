// Which view an address means.

/** @import { Place } from './router.js' */
/** @import { View } from './types.d.ts' */

import { accountAddress } from './router.js';
import { add } from './views/add.js';
import { agent } from './views/agent.js';
import { agents } from './views/agents.js';
import { channel } from './views/channel.js';
import { closed } from './views/closed.js';
import { groups } from './views/groups.js';
import { link } from './views/link.js';
import { log } from './views/log.js';
import { messages } from './views/messages.js';
import { nowhere } from './views/nowhere.js';
import { overview } from './views/overview.js';
import { people } from './views/people.js';
import { routes } from './views/routes.js';
import { setup } from './views/setup.js';
import { tasks } from './views/tasks.js';
import { unknown } from './views/unknown.js';

/** In the order of the navigation. @type {[string, View][]} */
export const sections = [
  ['overview', overview],
  ['people', people],
  ['groups', groups],
  ['messages', messages],
  ['tasks', tasks],
  ['routes', routes],
  ['log', log],
];

/** Those that are reached by a button. @type {Record<string, View>} */
const others = { setup, link };

/**
 * @param {Place} at
 * @param {typeof import('./store.js').known} known
 * @returns {{ key: string, view: View }}
 */
export function viewAt(at, known) {
  if (known.session === false) return { key: 'closed', view: closed };
  const key = [at.view, at.agent, at.account, at.section].join('/');
  switch (at.view) {
    case 'agents':
      return { key, view: agents };
    case 'agent':
      return { key, view: agent };
    case 'channel':
      return { key, view: isAgent(at, known) ? channel : nowhere };
    case 'add':
      return { key, view: isAgent(at, known) ? add : nowhere };
    case 'account':
      return { key, view: sectionAt(at, known) };
    case 'closed':
      // Somebody opened an old link, and may well have a session.
      return known.session === true ? { key: 'agents', view: agents } : { key: 'closed', view: closed };
    default:
      return { key, view: nowhere };
  }
}

/**
 * Whether there is such an Agent, or it is not known yet.
 * @param {Place} at
 * @param {typeof import('./store.js').known} known
 */
function isAgent({ agent: id }, { agents: ids }) {
  return ids === undefined || ids.has(id);
}

/**
 * @param {Place} at
 * @param {typeof import('./store.js').known} known
 */
function sectionAt(at, known) {
  if (known.status === undefined) return unknown;
  if (!isAgent(at, known)) return nowhere;
  if (!known.status.accounts.some(info => info.account === at.account)) return nowhere;
  return sections.find(([id]) => id === at.section)?.[1] ?? others[at.section] ?? nowhere;
}

/**
 * Where an account's address leads that names no section: to the first setup where no phone is linked.
 * @param {Place} at
 * @param {typeof import('./store.js').known} known
 */
export function landing(at, known) {
  if (at.view !== 'account' || at.section !== '') return undefined;
  const info = known.status?.accounts.find(one => one.account === at.account);
  if (info === undefined) return undefined;
  return accountAddress(
    at.agent,
    at.account,
    info.phone === null && ['unlinked', 'linking'].includes(info.state) ? 'setup' : 'overview',
  );
}
