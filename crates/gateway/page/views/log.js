// The log: its last lines while somebody looks, and where to look further.

/** @import { View } from '../types.d.ts' */

import { control } from '../api.js';
import { button, command, empty, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { LEVELS, taken } from './log-line.js';

/** @type {View<{ lines: any[], note: string | null }, { level?: string, paused?: boolean, timer?: ReturnType<typeof setTimeout> }>} */
export const log = {
  title: 'Log',
  concerns: () => false,
  async load({ state, reload }) {
    clearTimeout(state.timer);
    // A hidden page is not asked for; the frame asks once it is seen again.
    state.timer = setTimeout(() => state.paused || reload(), 2000);
    return control({ verb: 'logs_tail', lines: 200, level: state.level || null }, 'log');
  },
  leave: ({ state }) => clearTimeout(state.timer),
  render(ctx) {
    const { state, data } = ctx;
    const choose = (/** @type {any} */ event) => {
      state.level = event.target.value;
      ctx.reload();
    };
    const pause = () => {
      state.paused = !state.paused;
      if (!state.paused) ctx.reload();
      ctx.update();
    };
    return html`<div class="filters">
        <label>Lines <select @change=${choose}>${['', ...LEVELS].map(
          level =>
            html`<option value=${level} .selected=${level === (state.level ?? '')}>${level === '' ? 'all' : level === 'error' ? level : `${level} and graver`}</option>`,
        )}</select></label>
        ${button({ label: state.paused ? 'Go on' : 'Pause', act: pause })}
      </div>
      <p class="quiet ${state.paused ? '' : 'live'}">${state.paused ? 'Paused.' : 'Live, newest first.'}</p>
      ${data === undefined ? waiting() : nothing}
      ${data?.note ? html`<p class="note">${data.note}</p>` : nothing}
      ${data && data.lines.length === 0 && !data.note ? empty('No line of this kind.') : nothing}
      ${
        data && data.lines.length > 0
          ? html`<ol class="log" tabindex="0" aria-label="Lines of the log, newest first">${data.lines
              .toReversed()
              .map(line => {
                const { at, level, message, fields } = taken(line);
                return html`<li><time datetime=${at} title=${at}>${new Date(at).toLocaleTimeString()}</time> <span class="level ${level}">${level}</span>
          <span>${message} <span class="quiet">${fields}</span></span></li>`;
              })}</ol>`
          : nothing
      }
      <h2>In a terminal</h2>
      <p>All of it, and what comes: ${command('fased logs --follow')}</p>
      <p>What is wrong with this machine, the config or a link, and what to do: ${command('fased doctor')}</p>`;
  },
};
