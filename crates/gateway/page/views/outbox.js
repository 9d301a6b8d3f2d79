// The outbox: what waits or failed, and what can be done about it.

/** @import { Context, OutboxInfo } from '../types.d.ts' */

import { ApiError, control } from '../api.js';
import { plain } from '../format.js';
import { button, empty, pill, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { sendState, UNSETTLED } from './words.js';

/** @param {Context} ctx */
export async function loadOutbox({ account, state }) {
  const { all, text = false } = state;
  const ask = (/** @type {string | null} */ name) =>
    control({ verb: 'outbox_list', account, state: name, chat: null, limit: all ? 200 : 50, text }, 'outbox');
  const answers = await Promise.all(all ? [ask(null)] : UNSETTLED.map(ask));
  return answers.flatMap(({ messages }) => messages).toSorted((a, b) => b.updated_ms - a.updated_ms);
}

/** @param {Context} ctx @param {OutboxInfo[]} messages */
export function outbox(ctx, messages) {
  const { state, account } = ctx;
  const toggle = (/** @type {string} */ name) => () => {
    state[name] = !state[name];
    ctx.reload();
  };
  const change = async (/** @type {'cancel' | 'retry'} */ act, /** @type {string} */ id) => {
    const { changed } = await control({ verb: `outbox_${act}`, account, message_ids: [id] }, 'changed');
    if (changed[0].error) throw new ApiError(200, changed[0].error);
    return { message: act === 'cancel' ? 'It is taken back.' : 'It is queued once more.' };
  };
  return html`<div class="filters">
      <label class="check"><input type="checkbox" .checked=${state.all === true} @change=${toggle('all')}>Those that arrived, too</label>
      <label class="check"><input type="checkbox" .checked=${state.text === true} @change=${toggle('text')}>What they say</label>
    </div>
    ${messages.length === 0 ? empty(state.all ? 'Nothing was sent yet.' : 'Nothing waits, and nothing failed.') : nothing}
    <ul class="list">${messages.map(message => {
      const { words, mark, act } = sendState(message.state, message.error_code);
      const id = message.message_id;
      const label = act === 'cancel' ? 'Take back' : 'Send again';
      return html`<li class="item">
        <p class="head">${pill(mark, words)} <strong>${message.chat}</strong> <span class="quiet">${plain(message.purpose)}, ${time(message.updated_ms)}</span>
          <a href=${ctx.link('messages', 'why', id)}>Why</a>
          ${act ? button({ label, name: `${label}: to ${message.chat}`, kind: 'small', busy: ctx.busy(id), act: () => ctx.act(id, () => change(act, id)) }) : nothing}</p>
        ${message.text ? html`<p class="said">${message.text}</p>` : nothing}
        ${message.error ? html`<p>${message.error}</p>` : nothing}
        ${message.not_before_ms ? html`<p class="quiet">Held back: it leaves ${time(message.not_before_ms)}.</p>` : nothing}
      </li>`;
    })}</ul>`;
}
