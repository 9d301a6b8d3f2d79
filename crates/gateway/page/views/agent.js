// One agent: what it is, and the channels where it answers.

/** @import { AgentInfo, View } from '../types.d.ts' */

import { control } from '../api.js';
import { counted, span } from '../format.js';
import { address } from '../router.js';
import { empty, facts, pill, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { madeOf } from './agents.js';

/** @type {View<AgentInfo | null>} */
export const agent = {
  title: context => context.data?.name ?? context.agent,
  concerns: () => false,
  async load(context) {
    const { agents } = await control({ verb: 'agents_list' }, 'agents');
    return agents.find(one => one.id === context.agent) ?? null;
  },
  render({ data, agent: id, status }) {
    if (data === null)
      return empty(html`No Agent is called ${id}. <a href=${address('agents')}>To the Agents</a>`);
    if (data === undefined) return waiting();
    const accounts = status?.accounts ?? [];
    const ready = accounts.filter(info => info.state === 'ready').length;
    const off = accounts.find(info => info.enabled && info.state !== 'ready');
    return html`
      ${facts([
        ['Id', html`<code>${data.id}</code>${data.default ? ', the default Agent' : ''}`],
        ['Backend', `${data.backend}: ${madeOf(data)}`],
        ['Answers within', span(data.reply_timeout_seconds * 1000)],
        ['Answers at once, in parts', data.stream ? 'yes' : 'no'],
      ])}
      <h2>Channels</h2>
      <ul class="cards"><li><a class="card" href=${address('agents', id, 'channels', 'whatsapp')}>
        <span class="card-title">WhatsApp</span>
        <span class="quiet">${counted(accounts.length, 'account')}, ${ready} ready</span>
        ${off === undefined ? nothing : pill(off.state, `${off.account}: ${off.state.replaceAll('_', ' ')}`)}
      </a></li></ul>
      <h2>Where it answers</h2>
      ${
        data.answers.length === 0
          ? empty('Nowhere: no binding and no group names it.')
          : html`<ul class="plain">${data.answers.map(place => html`<li>${words(place)}</li>`)}</ul>`
      }`;
  },
};

/** @param {AgentInfo['answers'][number]} place */
function words({ by, account, chat }) {
  const of = account === null ? '' : ` of account ${account}`;
  if (chat === '*') return `other groups${of}`;
  if (chat !== null) return `${chat}${of}`;
  if (account !== null) return `account ${account}`;
  return by === 'default' ? 'wherever no other Agent is named' : 'all of WhatsApp';
}
