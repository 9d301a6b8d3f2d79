// Groups of an account: are they heard, what is answered there, by whom.

/** @import { ConfigValue, GroupInfo, View } from '../types.d.ts' */

import { control } from '../api.js';
import { button, empty, facts, pill, time, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { heard, inOrder, modeWords, rulesOf, whoIsHeard } from './group-words.js';

/** @type {View<{ groups: GroupInfo[], values: ConfigValue[] }, { names?: Map<string, string | null> }>} */
export const groups = {
  title: 'Groups',
  concerns: types => types.has('verdict'),
  async load({ account, state, update }) {
    if (state.names === undefined) {
      state.names = new Map();
      // WhatsApp is asked for the names once. Without a link there are none, and addresses do.
      control({ verb: 'directory_groups', account }, 'directory_groups').then(
        found => {
          state.names = new Map(found.groups.map(({ group, subject }) => [group, subject]));
          update();
        },
        () => {},
      );
    }
    const [listed, config] = await Promise.all([
      control({ verb: 'groups_list', account }, 'groups'),
      control({ verb: 'config_get', key: 'channels.whatsapp' }, 'config_values'),
    ]);
    return { groups: inOrder(listed.groups), values: config.values };
  },
  render(ctx) {
    if (ctx.data === undefined) return waiting();
    const { groups, values } = ctx.data;
    const rules = rulesOf(values, ctx.account);
    if (groups.length === 0) {
      return empty(
        'No group was seen yet, and the config names none. Once somebody writes in one, it stands here.',
      );
    }
    return html`<ul class="list">${groups.map(group => {
      const { account, group: id, activation, agent } = group;
      const name = group.subject ?? ctx.state.names?.get(id);
      const is = heard(group);
      const { answers, from } = modeWords(group);
      const config = group.require_mention ? 'mentions' : 'all';
      const choices = /** @type {const} */ ([
        ['mention', 'Mentions'],
        ['always', 'All messages'],
        ['default', `As configured (${config})`],
      ]);
      const allow = /** @type {const} */ ({
        verb: 'groups_allow',
        account,
        group: id,
        require_mention: null,
      });
      const block = /** @type {const} */ ({ verb: 'groups_block', account, group: id });
      return html`<li class="card">
        <div class="card-title"><h2>${name ?? id}</h2>${pill(is.heard ? 'ok' : 'drop', is.word)}</div>
        ${name ? html`<p class="quiet">${id}</p>` : nothing}
        ${facts([
          [
            'Messages',
            html`${group.messages.toLocaleString('en')}${group.messages > 0 ? html`, the last ${time(group.last_ms)}` : nothing}`,
          ],
          ['Who is heard', is.heard ? whoIsHeard(rules, id) : 'nobody, until it is allowed'],
          ['Agent', `${agent}${group.agent_chosen ? ', chosen by /agent switch' : ''}`],
          ['Answers', html`${answers} <span class="quiet">${from}</span>`],
          ...(group.pending_context > 0
            ? [/** @type {[string, unknown]} */ (['To be read by the next run', group.pending_context])]
            : []),
        ])}
        <div class="actions">
          ${button({
            label: is.heard ? 'Block' : 'Allow',
            name: `${is.heard ? 'Block' : 'Allow'} ${name ?? id}`,
            kind: is.heard ? 'plain' : 'main',
            busy: ctx.busy(id),
            act: () => ctx.act(id, () => control(is.heard ? block : allow, 'done')),
          })}
          <span class="segments" role="group" aria-label="What is answered in ${name ?? id}">${choices.map(
            ([
              choice,
              label,
            ]) => html`<button type="button" aria-pressed=${(activation ?? 'default') === choice ? 'true' : 'false'}
              @click=${() => ctx.act(`mode:${id}`, () => control({ verb: 'groups_activation', account, group: id, activation: choice }, 'done'))}>${label}</button>`,
          )}</span>
          <a class="button" href=${ctx.link('routes', 'who', id)}>Who is answered?</a>
        </div>
      </li>`;
    })}</ul>`;
  },
};
