// Who answers where: what is written, in the order in which it wins, and a question about one person.

/** @import { AgentInfo, HearingInfo, View } from '../types.d.ts' */

import { asApiError, control } from '../api.js';
import { command, facts, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { inOrder } from './route-order.js';
import { judged } from './why.js';

/** @type {View<{ agents: AgentInfo[], groups: string[] }, { sender?: string, group?: string, hearing?: HearingInfo, wrong?: string }>} */
export const routes = {
  title: 'Routes',
  // Only the config and commands change who answers.
  concerns: () => false,
  async load({ account }) {
    const [{ agents }, { groups }] = await Promise.all([
      control({ verb: 'agents_list' }, 'agents'),
      control({ verb: 'groups_list', account }, 'groups'),
    ]);
    return { agents, groups: groups.map(({ group }) => group) };
  },
  render(ctx) {
    const { state, account } = ctx;
    if (ctx.data === undefined) return waiting();
    state.group ??= ctx.path[0] === 'who' ? ctx.path[1] : '';
    const { hearing, wrong, group = '' } = state;
    const groups =
      group === '' || ctx.data.groups.includes(group) ? ctx.data.groups : [group, ...ctx.data.groups];
    const ask = async (/** @type {Event} */ event) => {
      event.preventDefault();
      state.wrong = undefined;
      try {
        state.hearing = await control(
          { verb: 'explain_sender', sender: state.sender ?? '', group: state.group || null, account },
          'hearing',
        );
      } catch (error) {
        state.hearing = undefined;
        state.wrong = asApiError(error).message;
      }
      ctx.update();
    };
    const answer = (/** @type {HearingInfo} */ { sender, mentioned, note, ...judgement }) => html`
      ${facts([['Asked', `${[sender.phone, sender.lid].filter(Boolean).join(' = ')}${judgement.group ? ` in ${judgement.group}` : ', in a direct chat'}`]])}
      ${note ? html`<p class="note bad">${note}</p>` : nothing}
      ${mentioned ? html`<h3>Without a mention</h3>` : nothing} ${judged(ctx, judgement)}
      ${mentioned ? html`<h3>With a mention</h3>${judged(ctx, mentioned)}` : nothing}
      <h3>In a terminal</h3>
      <p>${command(`fased explain --sender ${sender.phone ?? sender.lid}${judgement.group ? ` --group ${judgement.group}` : ''} --account ${account}`)}</p>`;
    return html`<section class="card">
        <h2>Who would answer?</h2>
        <form class="filters" @submit=${ask}>
          <label>Number or hidden id <input required placeholder="+1 555 010 0002" autocomplete="off" .value=${state.sender ?? ''}
            @input=${(/** @type {any} */ event) => {
              state.sender = event.target.value;
            }}></label>
          <label>Where <select @change=${(/** @type {any} */ event) => {
            state.group = event.target.value;
          }}>
            <option value="" .selected=${group === ''}>in a direct chat</option>
            ${groups.map(one => html`<option value=${one} .selected=${one === group}>in ${one}</option>`)}</select></label>
          <button class="main">Ask</button>
        </form>
        ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
        <div aria-live="polite">${hearing ? answer(hearing) : nothing}</div>
      </section>
      <h2>In the order in which they win</h2>
      <p class="quiet">The first that fits decides. What <code>/agent switch</code> chose in a chat wins over all of them.</p>
      <ol class="list">${inOrder(ctx.data.agents, account).map(
        ({ where, name, agent, why }) => html`<li class="item route"><strong>${where}</strong>
          <span>${name}${name === agent ? nothing : html` <span class="quiet">${agent}</span>`}</span><span class="quiet">${why}</span></li>`,
      )}</ol>`;
  },
};
