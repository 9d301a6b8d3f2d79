// Who answers.

/** @import { AgentInfo, Context, View } from '../types.d.ts' */

import { closeSession, control } from '../api.js';
import { accountAddress, address } from '../router.js';
import { endSession } from '../store.js';
import { button, command, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';

/** What an agent is made of, for people. @param {AgentInfo} agent */
export function madeOf(agent) {
  switch (agent.backend) {
    case 'echo':
      return 'answers with what it received';
    case 'command':
      return `runs ${[agent.program, agent.script].filter(Boolean).join(' ')}`;
    case 'openai':
      return `${agent.model} at ${agent.base_url}`;
  }
}

/** @type {View<{ agents: AgentInfo[] }>} */
export const agents = {
  title: 'Agents',
  concerns: () => false,
  load: () => control({ verb: 'agents_list' }, 'agents'),
  render(context) {
    const signOut = () => context.act('out', () => closeSession().then(endSession));
    const { gateway } = context.status ?? {};
    return html`
      ${unlinked(context)}
      <p class="lead">An Agent answers what people write. Choose one to see its channels.</p>
      ${context.data === undefined ? waiting() : html`<ul class="cards">${context.data.agents.map(card)}</ul>`}
      <footer class="foot">
        ${gateway ? html`<span>Fased ${gateway.version} · config <code>${gateway.config}</code></span>` : nothing}
        ${button({ label: 'Sign this browser out', act: signOut, busy: context.busy('out'), kind: 'small' })}
        <span class="quiet">All of them: ${command('fased dashboard --off')}</span>
      </footer>`;
  },
};

/** Accounts that no phone is linked to yet: they come before all else. @param {Context<{ agents: AgentInfo[] }>} context */
function unlinked({ data, status }) {
  const first = data?.agents.find(one => one.default) ?? data?.agents[0];
  const accounts = (status?.accounts ?? []).filter(({ state }) => state === 'unlinked');
  if (first === undefined || accounts.length === 0) return nothing;
  return html`<ul class="cards">${accounts.map(
    ({ account, phone }) => html`<li><a class="card" href=${accountAddress(first.id, account)}>
      <span class="card-title">${phone === null ? 'Set up' : 'Link'} ${account}</span>
      <span class="quiet">No phone is linked to it yet.</span>
    </a></li>`,
  )}</ul>`;
}

/** @param {AgentInfo} agent */
function card(agent) {
  return html`<li><a class="card" href=${address('agents', agent.id)}>
    <span class="card-title">${agent.name}${agent.default ? html` <span class="tag">default</span>` : nothing}</span>
    <span class="quiet">${agent.id === agent.name ? nothing : html`<code>${agent.id}</code> · `}${madeOf(agent)}</span>
  </a></li>`;
}
