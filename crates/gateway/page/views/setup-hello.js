// The last step of a setup: somebody writes, and is let in.

/** @import { Context, DmPolicy, SetupData, SetupState, WatchEvent } from '../types.d.ts' */

import { answered, latest } from '../events.js';
import { plain, who } from '../format.js';
import { pill, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { pendingList } from './people-pending.js';

/** What to do, by who may write. @type {Record<DmPolicy, string>} */
const WORDS = {
  pairing: 'Write to it from another phone. The request to be heard appears here, and you approve it.',
  allowlist:
    'Write to it from a phone that is on your list, or in your chat with yourself if it is your own number.',
  open: 'Write to it from any other phone.',
  disabled: 'No direct message is answered, as you chose. One that comes in shows here all the same.',
};

/**
 * @param {Context<SetupData, SetupState>} context
 * @param {DmPolicy} policy
 */
export function hello(context, policy) {
  const { info, data, state, events } = context;
  state.since ??= context.now();
  // What came in a moment before the step was reached belongs to it.
  const since = state.since - 60_000;
  const heard = events.filter(({ at_ms, what }) => at_ms >= since && what.type !== 'account');
  const lines = latest(heard).filter(event => lineOf(event) !== undefined);
  const works = answered(heard);
  const pending = data?.pending ?? [];
  return html`
    ${works ? html`<p class="note good"><strong>It works.</strong> A message came in and was answered.</p>` : nothing}
    <p class="lead">${info?.phone ? html`Linked as <strong>${info.phone}</strong>. ` : nothing}${works ? nothing : WORDS[policy]}</p>
    ${info === undefined || info.state === 'ready' ? nothing : html`<p>${pill(info.state)} ${info.sentence}</p>`}
    ${pending.length === 0 ? nothing : html`<h2>Wants to be heard</h2>${pendingList(context, pending)}`}
    ${
      heard.length === 0
        ? pending.length === 0
          ? html`<p class="waiting quiet">Waiting for a first message…</p>`
          : nothing
        : html`<h2>What happens</h2><ol class="happening">${lines
            .slice(0, 12)
            .map(
              event =>
                html`<li><span class="quiet">${time(event.at_ms)}</span><span>${lineOf(event)}</span></li>`,
            )}</ol>`
    }
    <div class="actions"><a class="button ${works ? 'main' : ''}" href=${context.link('overview')}>${works ? 'To the overview' : 'Later: to the overview'}</a></div>`;
}

/** An event in words; none for those that say nothing here. @param {WatchEvent} event */
function lineOf({ what }) {
  switch (what.type) {
    case 'inbound':
      return `A message from ${who(what.sender)} came in.`;
    case 'verdict':
      return what.reason === 'own_echo' ? undefined : what.sentence;
    case 'pairing':
      return `${what.sender} waits for approval.`;
    case 'outbound':
      return `To ${who(what.chat)}: ${plain(what.state)}.`;
    case 'account':
    case 'missed':
      return undefined;
  }
}
