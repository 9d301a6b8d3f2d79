// An account as it is now, and what can be done about it.

/** @import { AccountInfo, CageInfo, Context, Count, StatusInfo, View } from '../types.d.ts' */

import { counted, megabytes, moment, plain, span, tone } from '../format.js';
import { empty, facts, hint, pill, time, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { configProblem, problemItem } from './health.js';
import { actionsOf } from './overview-actions.js';
import { reasonWord, sendState } from './words.js';

/** Notices beyond these are older than anybody looks for here. */
const NOTICES = 20;

/** @type {View} */
export const overview = {
  title: 'Overview',
  render(context) {
    const { info, status } = context;
    if (info === undefined || status === undefined) return waiting();
    return html`
      ${stateCard(context, info)}
      ${configProblem(status)}
      ${problems(context, status, info)}
      <div class="columns">
        <section><h2>Traffic</h2>${traffic(context, info)}</section>
        <section><h2>Notices</h2>${notices(status, info)}</section>
        <section><h2>Made of</h2>${versions(status, info)}</section>
        <section><h2>Cage</h2>${cage(info.cage)}</section>
      </div>`;
  },
};

/**
 * @param {Context} context
 * @param {AccountInfo} info
 */
function stateCard(context, info) {
  return html`<section class="state ${tone(info.state)}">
    <h2>${pill(info.state)} ${info.phone ?? nothing}</h2>
    <p class="sentence">${info.sentence}</p>
    <p class="quiet">${info.since_ms === 0 ? 'Never started' : `For ${span(context.now() - info.since_ms)}`}${info.reason ? ` (${plain(info.reason)})` : ''}${
      info.state !== 'ready' && info.last_ready_ms !== null
        ? html`, last ready ${time(info.last_ready_ms)}`
        : nothing
    }${info.until_ms === null ? nothing : html`, until ${time(info.until_ms)}`}.</p>
    ${hint(info.next)}
    <div class="actions">${actionsOf(context, info)}</div>
  </section>`;
}

/**
 * What is wrong with this account or the gateway, and what waits for a person. The account's own state is above it.
 * @param {Context} context
 * @param {StatusInfo} status
 * @param {AccountInfo} info
 */
function problems(context, { health, attention }, info) {
  const mine = [...health.problems, ...attention].filter(
    ({ account, code, sentence }) =>
      (account === null || account === info.account) &&
      code !== 'config' &&
      !(code === info.state && sentence === info.sentence),
  );
  if (mine.length === 0) return nothing;
  return html`<section><h2>What waits for you</h2><ul class="plain">${mine.map(problem => problemItem(problem, context))}</ul></section>`;
}

/** @param {Count[]} counts @param {string[]} names */
function sum(counts, names) {
  return counts.filter(({ name }) => names.includes(name)).reduce((all, { count }) => all + count, 0);
}

/** @param {Count[]} counts @param {(name: string) => string} words as the messages have them */
function counts(counts, words) {
  if (counts.length === 0) return 'none';
  return html`<ul class="counts">${counts.map(({ name, count }) => html`<li><span class="digits">${count.toLocaleString('en')}</span> ${words(name)}</li>`)}</ul>`;
}

/**
 * @param {Context} context
 * @param {AccountInfo} info
 */
function traffic(context, info) {
  const undecided = sum(info.inbound, ['undecided']);
  const unsent = sum(info.outbound, ['queued', 'sending', 'written', 'unknown']);
  const locked = info.first_contacts_locked_until_ms;
  return facts([
    ['Last in', time(info.last_inbound_ms)],
    ['Last out', time(info.last_outbound_ms)],
    ['To be decided', counted(undecided, 'message')],
    ['Not yet sent', counted(unsent, 'message')],
    ['Came in', counts(info.inbound, reasonWord)],
    ['Went out', counts(info.outbound, name => sendState(name, null).words)],
    [
      'Waiting for approval',
      html`<a href=${context.link('people')}>${counted(info.pending_pairings, 'person', 'people')}</a>`,
    ],
    ...(locked === null
      ? []
      : /** @type {[string, unknown][]} */ ([
          ['First contacts', html`WhatsApp lets it write to nobody new until ${time(locked)}`],
        ])),
  ]);
}

/**
 * @param {StatusInfo} status
 * @param {AccountInfo} info
 */
function notices({ notices: all }, info) {
  const mine = all.filter(({ account }) => account === info.account || account === '').slice(0, NOTICES);
  if (mine.length === 0) return empty('Nothing the owner should know.');
  return html`<ul class="plain">${mine.map(({ at_ms, text }) => {
    const [what, next] = text.split(/\s*\bNext: /);
    return html`<li>${time(at_ms)}: ${what}${hint(next)}</li>`;
  })}</ul>`;
}

/**
 * @param {StatusInfo} status
 * @param {AccountInfo} info
 */
function versions({ gateway }, { versions: made, sidecar_pid, sidecar_rss_bytes, respawns }) {
  const of = (/** @type {string | undefined} */ version) =>
    version ?? html`<span class="quiet">not started</span>`;
  const memory = (/** @type {number | undefined} */ bytes) =>
    bytes === undefined ? '' : `, ${megabytes(bytes)}`;
  return facts([
    [
      'Fased',
      gateway === null
        ? 'no gateway runs'
        : html`${gateway.version} <span class="quiet">pid ${gateway.pid}${memory(gateway.rss_bytes)}</span>`,
    ],
    [
      'Running since',
      gateway === null
        ? '–'
        : html`<span title=${moment(gateway.started_ms)}>${time(gateway.started_ms)}</span>`,
    ],
    [
      'Sidecar',
      html`${of(made?.sidecar)} ${sidecar_pid === null ? nothing : html`<span class="quiet">pid ${sidecar_pid}${memory(sidecar_rss_bytes)}</span>`}`,
    ],
    ['Baileys', of(made?.baileys)],
    ['Node.js', of(made?.node)],
    ['Started again', counted(respawns, 'time')],
  ]);
}

/** @param {CageInfo | undefined} info */
function cage(info) {
  if (info === undefined) return empty('No sidecar was started yet.');
  const holds = (/** @type {boolean} */ held) =>
    held ? pill('ok', 'holds') : pill('disabled', 'does not hold');
  return html`${facts([
    ['Own files only', holds(info.files)],
    ['Starts no programs', holds(info.execute)],
    ['WhatsApp’s ports only', holds(info.ports)],
    ['Node’s own permissions', holds(info.node_permissions)],
  ])}
  ${info.missing.map(why => html`<p class="quiet">${why}</p>`)}
  ${hint(info.missing.length > 0 ? 'fased doctor' : null)}`;
}
