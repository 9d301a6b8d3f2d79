// Messages of an account: what was decided about them, live; why; and the outbox. Each has an address.

/** @import { Explanation, OutboxInfo, View } from '../types.d.ts' */

import { control } from '../api.js';
import { loading } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { loadOutbox, outbox } from './outbox.js';
import { listOf, loadVerdicts, verdicts } from './verdicts.js';
import { why } from './why.js';

/** @type {View<{ at: string[], messages?: Explanation[], outbox?: OutboxInfo[] }>} */
export const messages = {
  title: 'Messages',
  concerns: (types, ctx) =>
    ctx.path[0] === 'outbox' ? types.has('outbound') : types.has('verdict') && !listOf(ctx).stands,
  async load(ctx) {
    const at = ctx.path;
    if (at[0] === 'outbox') return { at, outbox: await loadOutbox(ctx) };
    if (at[0] === 'why')
      return { at, ...(await control({ verb: 'explain', message_id: at[1] ?? '' }, 'explanation')) };
    await loadVerdicts(ctx);
    return { at };
  },
  happened: (events, ctx, skipped) => listOf(ctx).told(events, skipped),
  render(ctx) {
    const data = ctx.data?.at === ctx.path ? ctx.data : undefined;
    const tab = (/** @type {string} */ label, /** @type {string[]} */ ...path) =>
      html`<a href=${ctx.link('messages', ...path)} aria-current=${(ctx.path[0] === 'outbox') === (path.length > 0) ? 'page' : nothing}>${label}</a>`;
    return html`<nav class="tabs" aria-label="Messages">${tab('Verdicts')}${tab('Outbox', 'outbox')}</nav>
      ${data === undefined ? loading(ctx) : data.outbox ? outbox(ctx, data.outbox) : data.messages ? why(ctx, data.messages) : verdicts(ctx)}`;
  },
};
