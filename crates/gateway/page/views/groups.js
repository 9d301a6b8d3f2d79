// Groups of an account: are they heard, what is answered there, by whom.

/** @import { ConfigValue, Context, GroupInfo, View } from '../types.d.ts' */

import { asApiError, control, saveConfig } from '../api.js';
import { button, command, empty, facts, pill, time, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { heard, inOrder, modeWords, nobody, rulesOf, whoIsHeard } from './group-words.js';

const CHOICES = /** @type {const} */ ([
  ['mention', 'Mentions', 'only mentions'],
  ['always', 'All', 'every message'],
  ['default', 'As configured', 'what the config says'],
]);

/** @type {View<{ groups: GroupInfo[], values: ConfigValue[] }, { names?: Map<string, string | null> }>} */
export const groups = {
  title: 'Groups',
  concerns: types => types.has('verdict') || types.has('account'),
  async load({ account, state, update }) {
    if (state.names === undefined) {
      state.names = new Map();
      // WhatsApp is asked for the names once there is a link. Without them addresses do.
      const asked = control({ verb: 'directory_groups', account }, 'directory_groups');
      const told = asked.then(found => {
        state.names = new Map(found.groups.map(({ group, subject }) => [group, subject]));
        update();
      });
      told.catch(error => {
        if (asApiError(error).code === 'not_ready') state.names = undefined;
      });
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
    if (groups.length === 0)
      return empty('No group was seen yet. Once somebody writes in one, it stands here.');
    return html`<ul class="list">${groups.map(group => {
      const { account, group: id } = group;
      const known = group.subject ?? ctx.state.names?.get(id);
      const name = known ?? id;
      const is = heard(group, rules);
      const why = nobody(rules, id);
      const off = why?.by === 'policy';
      const { answers, from } = modeWords(group);
      const block = /** @type {const} */ ({ verb: 'groups_block', account, group: id });
      const allow = /** @type {const} */ ({
        verb: 'groups_allow',
        account,
        group: id,
        require_mention: null,
      });
      const label = is.heard ? 'Block' : 'Allow';
      return html`<li class="card">
        <div class="card-title"><h2>${name}</h2>${pill(is.mark, is.word)}</div>
        ${known ? html`<p class="quiet">${id}</p>` : nothing}
        ${facts([
          [
            'Messages',
            html`${group.messages}${group.messages > 0 ? html`, the last ${time(group.last_ms)}` : nothing}`,
          ],
          ['Who is heard', is.heard || off ? whoIsHeard(rules, id) : 'nobody, until it is allowed'],
          ['Agent', `${group.agent}${group.agent_chosen ? ', chosen by /agent switch' : ''}`],
          ['Answers', html`${answers} <span class="quiet">${from}</span>`],
          ['For the next run', group.pending_context > 0 && `${group.pending_context} to be read`],
        ])}
        ${is.heard || off ? mending(ctx, why) : nothing}
        <div class="actions">
          ${button({
            label,
            name: `${label} ${name}`,
            kind: is.heard || off ? 'plain' : 'main',
            busy: ctx.busy(id),
            act: () => ctx.act(id, () => control(is.heard ? block : allow, 'done')),
          })}
          <span class="segments" role="group" aria-label="What is answered in ${name}">${CHOICES.map(
            ([activation, words, means]) => html`<button type="button" title=${means}
              aria-pressed=${(group.activation ?? 'default') === activation ? 'true' : 'false'}
              @click=${() => ctx.act(`mode:${id}`, () => control({ verb: 'groups_activation', account, group: id, activation }, 'done'))}
              >${words}</button>`,
          )}</span>
          <a class="button" href=${ctx.link('routes', 'who', id)}>Who is answered?</a>
        </div>
      </li>`;
    })}</ul>`;
  },
};

/** How somebody comes to be heard. @param {Context} ctx @param {ReturnType<typeof nobody>} why */
function mending(ctx, why) {
  switch (why?.by) {
    case undefined:
      return nothing;
    case 'policy': {
      const edits = [{ key: why.key, value: 'allowlist', append: false }];
      const act = () => ctx.act('policy', () => saveConfig(edits));
      return html`<p>${button({ label: 'Hear those on the lists in groups', act, busy: ctx.busy('policy') })}</p>`;
    }
    case 'people':
      return html`<p><a href=${ctx.link('setup', 'people')}>List who is heard</a></p>`;
    case 'list':
      return html`<p>List who is heard: ${command(`fased config set '${why.key}' NUMBER --append`)}</p>`;
  }
}
