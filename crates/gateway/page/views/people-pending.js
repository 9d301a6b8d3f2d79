// People who wait for approval.

/** @import { Context, PairingWho, PendingInfo } from '../types.d.ts' */

import { control } from '../api.js';
import { span } from '../format.js';
import { button, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';

/** Whom the owner wants to be told that they were let in. @type {WeakMap<object, Set<string>>} */
const told = new WeakMap();

/**
 * @param {Context} context
 * @param {PendingInfo[]} pending
 */
export function pendingList(context, pending) {
  const tell = told.get(context) ?? new Set();
  told.set(context, tell);
  return html`<ul class="cards">${pending.map(one => card(context, one, tell))}</ul>`;
}

/**
 * @param {Context} context
 * @param {PendingInfo} one
 * @param {Set<string>} tell
 */
function card(context, one, tell) {
  const { account, code, sender, name } = one;
  /** @type {PairingWho} */
  const who = code === null ? { sender } : { code };
  const label = name === null ? sender : `${name}, ${sender}`;
  const approve = () =>
    context.act(`approve:${sender}`, () =>
      control({ verb: 'pairing_approve', account, who, notify: tell.has(sender) }, 'done'),
    );
  const deny = () =>
    context.act(`deny:${sender}`, () => control({ verb: 'pairing_deny', account, who }, 'done'));
  const notify = (/** @type {Event} */ event) => {
    if (/** @type {HTMLInputElement} */ (event.target).checked) tell.add(sender);
    else tell.delete(sender);
  };
  return html`<li class="card">
    <span class="card-title">${name ?? sender} ${name === null ? nothing : html`<span class="quiet">${sender}</span>`}</span>
    <span>${
      code === null
        ? 'Got no code: too many others were waiting, or none is sent on this number.'
        : html`Code <code>${code}</code>, good for another ${span(one.expires_ms - context.now())}`
    }</span>
    <span class="quiet">Asked ${time(one.created_ms)}, wrote last ${time(one.last_seen_ms)}</span>
    <label class="check"><input type="checkbox" .checked=${tell.has(sender)} @change=${notify}> Tell them that they are heard now</label>
    <span class="actions">
      ${button({ label: 'Approve', act: approve, busy: context.busy(`approve:${sender}`), kind: 'main', name: `Approve ${label}` })}
      ${button({ label: 'Deny', act: deny, busy: context.busy(`deny:${sender}`), name: `Deny ${label}` })}
    </span>
  </li>`;
}
