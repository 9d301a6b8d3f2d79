// What stands around each view: where one is, how the link does, and what keeps the page from knowing.

/** @import { TemplateResult } from 'lit-html' */
/** @import { ApiError } from './api.js' */
/** @import { Place } from './router.js' */
/** @import { AccountInfo, Context, View } from './types.d.ts' */

import { plain } from './format.js';
import { accountAddress, address } from './router.js';
import { sections } from './sections.js';
import { command, failure, pill, pillLink } from './ui.js';
import { html, nothing } from './vendor/lit-html.js';

/** @typedef {typeof import('./store.js').known} Known */

/**
 * @param {View} view
 * @param {Context} context
 */
function heading(view, context) {
  return typeof view.title === 'function' ? view.title(context) : view.title;
}

/** The account that matters most: the one on screen, else one that is not well. @param {Context} context @param {Known} known */
function foremost(context, known) {
  const accounts = known.status?.accounts ?? [];
  return context.info ?? accounts.find(info => info.enabled && info.state !== 'ready') ?? accounts[0];
}

/**
 * @param {Context} context
 * @param {Known} known
 */
function stateWords(context, known) {
  if (known.session === false) return 'signed out';
  if (!known.connected) return 'not connected';
  const info = foremost(context, known);
  if (info === undefined) return known.status === undefined ? 'asking' : 'no account';
  return `${info.account} ${plain(info.state)}`;
}

/**
 * @param {View} view
 * @param {Context} context
 * @param {Known} known
 */
export function titleOf(view, context, known) {
  return `${heading(view, context)} · ${stateWords(context, known)} · Fased`;
}

/**
 * @param {Context} context
 * @param {Known} known
 */
export function linkState(context, known) {
  const words = stateWords(context, known);
  if (known.session === false) return pill('disabled', words);
  if (!known.connected) return pill('degraded', words);
  const info = foremost(context, known);
  if (info === undefined) return pill('disabled', words);
  // Any Agent leads to the account: which one it is stands in the address alone.
  const agent = context.agent || context.data?.agents?.find((/** @type {any} */ one) => one.default)?.id;
  return agent ? pillLink(accountAddress(agent, info.account), info.state, words) : pill(info.state, words);
}

/**
 * @param {Place} at
 * @param {Known} known
 */
export function crumbs(at, known) {
  if (known.session === false || at.agent === '') return nothing;
  /** @type {[string, string][]} */
  const steps = [
    ['Agents', address('agents')],
    [at.agent, address('agents', at.agent)],
  ];
  if (at.view === 'channel' || at.view === 'add' || at.view === 'account') {
    steps.push(['WhatsApp', address('agents', at.agent, 'channels', 'whatsapp')]);
  }
  if (at.view === 'account') steps.push([at.account, accountAddress(at.agent, at.account)]);
  const last = steps.length - 1;
  return html`<ol>${steps.map(
    ([name, href], index) =>
      html`<li><a href=${href} aria-current=${index === last ? (at.view === 'account' ? 'true' : 'page') : nothing}>${name}</a></li>`,
  )}</ol>`;
}

/** @param {Known} known */
export function banner(known) {
  if (known.connected || known.session === false) return nothing;
  return html`<div class="banner" role="alert">
    <p><strong>Not connected to the gateway.</strong> What is shown may be old. This page tries again by itself.</p>
    <p>If it does not come back: ${command('fased gateway status')}</p>
  </div>`;
}

/** @param {Context} context @param {AccountInfo} info @param {string} current */
function tabs(context, info, current) {
  return html`<nav class="tabs" aria-label="Sections of this account">${sections.map(
    ([id, view]) => html`<a href=${context.link(id)} aria-current=${id === current ? 'page' : nothing}
      >${heading(view, context)}${
        id === 'people' && info.pending_pairings > 0
          ? html` <span class="count"><span class="unseen">waiting: </span>${info.pending_pairings}</span>`
          : nothing
      }</a>`,
  )}</nav>`;
}

/**
 * The view in its frame.
 * @param {{ view: View, context: Context, place: Place, loadError?: ApiError, actError?: ApiError }} shown
 * @param {() => void} dismiss
 * @returns {TemplateResult}
 */
export function frame({ view, context, place, loadError, actError }, dismiss) {
  const { info } = context;
  const inNav = sections.some(([id, section]) => id === place.section && section === view);
  // While nothing answers, the banner says so already.
  const shownError = loadError?.code === 'not_connected' ? undefined : loadError;
  return html`
    ${inNav && info !== undefined ? tabs(context, info, place.section) : nothing}
    <h1 tabindex="-1">${heading(view, context)}</h1>
    ${failure(actError, dismiss)} ${failure(shownError)}
    ${view.render(context)}
  `;
}
