// Who may talk to an account by approval, and who would like to.

/** @import { ApprovedInfo, Context, PendingInfo, View } from '../types.d.ts' */

import { control } from '../api.js';
import { button, command, empty, time, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { pendingList } from './people-pending.js';

/** @typedef {{ pending: PendingInfo[], approved: ApprovedInfo[] }} Data */

/** @type {View<Data>} */
export const people = {
  title: 'People',
  concerns: types => types.has('pairing') || types.has('verdict'),
  async load({ account }) {
    const [waits, has] = await Promise.all([
      control({ verb: 'pairing_list', account, approved: false }, 'pending'),
      control({ verb: 'pairing_list', account, approved: true }, 'approved'),
    ]);
    return { pending: waits.pending, approved: has.approved };
  },
  render(context) {
    const { data } = context;
    if (data === undefined) return waiting();
    const coded = data.pending.filter(one => one.code !== null);
    const held = data.pending.filter(one => one.code === null);
    return html`
      <h2>Waiting for approval</h2>
      ${coded.length === 0 ? empty('Nobody waits. Who writes and is not known yet appears here.') : pendingList(context, coded)}
      ${held.length === 0 ? nothing : html`<h2>Held without a code</h2>${pendingList(context, held)}`}
      <h2>Approved</h2>
      ${data.approved.length === 0 ? empty('Nobody has been approved yet.') : approvedTable(context, data.approved)}
      <p class="quiet">Those in <code>allowFrom</code> need no approval. What the config says of somebody: ${command(`fased explain --sender NUMBER`)}</p>`;
  },
};

/**
 * @param {Context} context
 * @param {ApprovedInfo[]} approved
 */
function approvedTable(context, approved) {
  return html`<table>
    <thead><tr><th scope="col">Who</th><th scope="col">Also known as</th><th scope="col">Since</th><th scope="col"><span class="unseen">What to do</span></th></tr></thead>
    <tbody>${approved.map(
      one => html`<tr>
        <th scope="row">${one.sender}</th>
        <td data-name="Also known as">${[one.phone, one.lid].filter(id => id !== null && id !== one.sender).join(', ') || '–'}</td>
        <td data-name="Since">${time(one.approved_ms)}</td>
        <td>${button({ label: 'Revoke', act: () => revoke(context, one), busy: context.busy(`revoke:${one.sender}`), kind: 'small', name: `Revoke the approval of ${one.sender}` })}</td>
      </tr>`,
    )}</tbody>
  </table>`;
}

/**
 * @param {Context} context
 * @param {ApprovedInfo} one
 */
async function revoke(context, { account, sender }) {
  const sure = await context.confirm({
    title: `No longer listen to ${sender}?`,
    text: 'From their next message on they are strangers again, and have to ask once more. What was said is kept.',
    action: 'Revoke',
    danger: true,
  });
  if (sure)
    await context.act(`revoke:${sender}`, () => control({ verb: 'pairing_revoke', account, sender }, 'done'));
}
