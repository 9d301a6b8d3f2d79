// The stream of verdicts, newest first, each with its reason and a way to why.

/** @import { Context } from '../types.d.ts' */

import { control } from '../api.js';
import { counted, plain } from '../format.js';
import { button, empty, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { VerdictList } from './verdict-list.js';
import { outcomePill } from './why.js';
import { OUTCOME_NAMES, outcomeWord, REASONS, reasonWord } from './words.js';

/** @param {Context} ctx @returns {VerdictList} */
export function listOf({ state }) {
  state.list ??= new VerdictList();
  return state.list;
}

/** @param {Context} ctx @param {number | null} [before] */
export async function loadVerdicts(ctx, before = null) {
  const list = listOf(ctx);
  const { filter } = list;
  const only = { outcome: filter.outcome || null, reason: filter.reason || null };
  const found = await control(
    { verb: 'verdicts_list', account: ctx.account, ...only, before, limit: 100 },
    'verdicts',
  );
  // Meanwhile somebody may have begun to read, or have asked for others.
  if (list.filter !== filter) return;
  if (before !== null) list.takeOlder(found.verdicts, found.more);
  else if (!list.stands || list.rows.length === 0) list.takeNewest(found.verdicts, found.more);
}

/** @param {Context} ctx */
export function verdicts(ctx) {
  const list = listOf(ctx);
  const { filter, rows } = list;
  const begin = (/** @type {object} */ other) => {
    list.begin({ ...filter, ...other });
    ctx.reload();
    ctx.update();
  };
  const set = (/** @type {'paused' | 'focused' | 'aimed'} */ how, /** @type {boolean} */ is) => () => {
    const stood = list.stands;
    list[how] = is;
    if (stood && !list.stands) ctx.reload();
    ctx.update();
  };
  const options = (
    /** @type {string} */ chosen,
    /** @type {string[]} */ values,
    /** @type {(value: string) => string} */ words,
  ) =>
    ['', ...values].map(
      value =>
        html`<option value=${value} .selected=${value === chosen}>${value ? words(value) : 'all'}</option>`,
    );
  const stands = list.past
    ? 'Older ones.'
    : list.paused
      ? 'Paused.'
      : list.stands
        ? 'Standing still while you are in the list.'
        : '';
  const waits = stands && list.waiting > 0 ? `${counted(list.waiting, 'new verdict')} meanwhile.` : '';
  const left =
    list.leftOut > 0 ? `${counted(list.leftOut, 'event')} more than can be shown; all are kept.` : '';
  return html`<div class="filters">
      <label>Outcome <select @change=${(/** @type {any} */ event) => begin({ outcome: event.target.value })}>
        ${options(filter.outcome, OUTCOME_NAMES, outcomeWord)}</select></label>
      <label>Reason <select @change=${(/** @type {any} */ event) => begin({ reason: event.target.value })}>
        ${options(filter.reason, REASONS, reasonWord)}</select></label>
      ${button({ label: list.paused ? 'Go on' : 'Pause', act: set('paused', !list.paused) })}
      ${list.past ? button({ label: 'Show the newest', act: () => begin({}) }) : nothing}
    </div>
    <p class="quiet ${stands ? '' : 'live'}">${stands || 'Live.'} ${waits} ${left}</p>
    ${rows.length > 0 ? nothing : empty(filter.outcome || filter.reason ? 'No verdict of this kind.' : 'Nothing was decided yet. What comes in stands here at once.')}
    <ul class="list" @pointerenter=${set('aimed', true)} @pointerleave=${set('aimed', false)}
      @focusin=${set('focused', true)} @focusout=${set('focused', false)}>${rows.map(
        ({
          outcome,
          sender,
          chat,
          content,
          at_ms,
          sentence,
          reason,
          message_id,
        }) => html`<li class="item verdict">
          <span>${outcomePill(outcome)}</span>
          <span><strong>${sender}</strong>${chat === sender ? nothing : html` in ${chat}`}
            <span class="quiet">${plain(content)}, ${time(at_ms)}</span><br>${sentence}</span>
          <a href=${ctx.link('messages', 'why', message_id)} aria-label="Why: ${reasonWord(reason)}, ${sender}">Why</a>
        </li>`,
      )}</ul>
    ${list.more ? button({ label: 'Older', busy: ctx.busy('older'), act: () => ctx.act('older', () => loadVerdicts(ctx, rows.at(-1)?.seq)) }) : nothing}`;
}
