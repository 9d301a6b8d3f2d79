// WhatsApp: its accounts, and how each of them does.

/** @import { AccountInfo, Context, View } from '../types.d.ts' */

import { accountAddress, address } from '../router.js';
import { empty, pill, time, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { configProblem } from './health.js';

/** @type {View} */
export const channel = {
  title: 'WhatsApp',
  render(context) {
    const { status, agent } = context;
    if (status === undefined) return waiting();
    return html`
      ${configProblem(status)}
      <p class="lead">An account is one linked WhatsApp number.</p>
      ${
        status.accounts.length === 0
          ? empty('There is no account yet.')
          : html`<ul class="cards">${status.accounts.map(info => card(info, context))}</ul>`
      }
      <p><a class="button" href=${address('agents', agent, 'channels', 'whatsapp', '+')}>Add an account</a></p>`;
  },
};

/**
 * @param {AccountInfo} info
 * @param {Context} context
 */
function card(info, { agent }) {
  return html`<li><a class="card" href=${accountAddress(agent, info.account)}>
    <span class="card-title">${info.account} ${pill(info.state)}</span>
    <span>${info.phone ?? 'no number yet'}</span>
    <span class="quiet">${info.sentence}</span>
    ${info.pending_pairings > 0 ? html`<span class="tag">${info.pending_pairings} waiting for approval</span>` : nothing}
    ${info.last_inbound_ms === undefined ? nothing : html`<span class="quiet">last message in ${time(info.last_inbound_ms)}</span>`}
  </a></li>`;
}
