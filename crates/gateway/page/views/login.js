// Linking a phone: the QR or the code, as long as it is good, and what the phone did with it.

/** @import { Context, Login, LoginEvent, LoginMethod, LoginState } from '../types.d.ts' */

import { ApiError, asApiError, login, qr } from '../api.js';
import { isOverdue } from '../events.js';
import { countdown } from '../format.js';
import { phone } from '../numbers.js';
import { announce, button, failure, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';

/**
 * Leaves the login: with the last who watches it the gateway ends it, unless a phone took its code.
 * @param {Context<any, LoginState>} context
 */
export function endLogin({ state }) {
  state.login?.abort.abort();
  state.login = undefined;
}

/**
 * @param {Context<any, LoginState>} context
 * @param {LoginMethod} method
 */
async function begin(context, method) {
  endLogin(context);
  /** @type {Login} */
  const mine = { phase: 'asking', abort: new AbortController(), method };
  context.state.login = mine;
  context.update();
  const request = { verb: /** @type {const} */ ('channels_login'), account: context.account, method };
  try {
    await login(request, event => heard(context, mine, event), mine.abort.signal);
    if (mine.phase !== 'linked' && mine.phase !== 'failed') {
      fail(
        mine,
        new ApiError(0, { code: 'expired', message: 'The login ended before a phone was linked.', next: '' }),
      );
    }
  } catch (error) {
    if (!mine.abort.signal.aborted) fail(mine, asApiError(error));
  }
  context.update();
}

/** @param {Login} mine @param {ApiError} error */
function fail(mine, error) {
  mine.phase = 'failed';
  mine.error = error;
}

/**
 * @param {Context<any, LoginState>} context
 * @param {Login} mine
 * @param {LoginEvent} event
 */
async function heard(context, mine, event) {
  switch (event.event) {
    case 'qr': {
      const picture = await qr(event.payload).catch(asApiError);
      if (mine.abort.signal.aborted) break;
      if (picture instanceof ApiError) {
        mine.abort.abort();
        fail(mine, picture);
        break;
      }
      if (mine.phase !== 'qr') announce('A QR code is on show. Scan it with WhatsApp on the phone.');
      // Its squares are scaled to the phone's width, and soft edges are harder to read.
      picture.setAttribute('shape-rendering', 'crispEdges');
      picture.setAttribute('role', 'img');
      picture.setAttribute('aria-label', 'QR code to be scanned with WhatsApp');
      Object.assign(mine, {
        phase: 'qr',
        picture,
        until: Date.now() + event.expires_ms,
        lasts: event.expires_ms,
      });
      break;
    }
    case 'code':
      Object.assign(mine, {
        phase: 'code',
        code: event.code,
        until: Date.now() + event.expires_ms,
        lasts: event.expires_ms,
      });
      announce(`The code is ${[...event.code].join(' ')}.`);
      break;
    case 'scanned':
      mine.phase = 'scanned';
      announce('The phone took it.');
      break;
    case 'restarting':
      mine.phase = 'restarting';
      break;
    case 'expired':
      mine.phase = 'asking';
      break;
    case 'linked':
      mine.phase = 'linked';
      mine.linked = event.phone;
      announce(`Linked as ${event.phone}.`);
      break;
    case 'error':
      fail(mine, new ApiError(200, event));
      break;
  }
  context.update();
}

/**
 * @param {Context<any, LoginState>} context
 * @param {() => void} done where to go on
 */
export function loginPanel(context, done) {
  const { info, state } = context;
  const mine = state.login;
  if (mine?.phase === 'linked' || (mine === undefined && info !== undefined && isLinked(info.state))) {
    return html`<p class="note good"><strong>Linked${mine?.linked || info?.phone ? ` as ${mine?.linked ?? info?.phone}` : ''}.</strong> The phone shows this device under “Linked devices”.</p>
      <div class="actions">${button({ label: 'Continue', act: done, kind: 'main' })}</div>`;
  }
  if (mine === undefined) {
    if (state.byCode) return byCode(context);
    return html`<p class="lead">On the phone: <strong>WhatsApp → Settings → Linked devices → Link a device</strong>. Then scan the code that appears here.</p>
      <div class="actions">
        ${button({ label: 'Show the QR code', act: () => begin(context, { type: 'qr' }), kind: 'main' })}
        ${button({ label: 'Without a camera: a code to type', act: () => chooseCode(context, true) })}
      </div>`;
  }
  switch (mine.phase) {
    case 'asking':
      return html`${overdue(context, mine) ?? waiting('Asking WhatsApp for a code…')}${ending(context)}`;
    case 'qr':
      return html`<p>On the phone: <strong>WhatsApp → Settings → Linked devices → Link a device</strong>, and point its camera here.</p>
        <div class="qr">${mine.picture}</div>${overdue(context, mine) ?? left(mine, 'A new QR code follows in')}${ending(context)}`;
    case 'code':
      return html`<p>On the phone: <strong>WhatsApp → Settings → Linked devices → Link a device → Link with phone number instead</strong>, and type:</p>
        <p class="code"><code>${mine.code?.slice(0, 4)}-${mine.code?.slice(4)}</code></p>${overdue(context, mine) ?? left(mine, 'Good for another')}${ending(context)}`;
    case 'scanned':
      return waiting('The phone took it. Waiting for WhatsApp…');
    case 'restarting':
      return waiting('Almost there: connecting again as the new device…');
    case 'failed':
      return html`${failure(mine.error)}
        <div class="actions">
          ${button({ label: 'Try again', act: () => begin(context, mine.method), kind: 'main' })}
          ${otherWay(context)}
        </div>`;
  }
}

/** An account in such a state has a login. @param {string} state */
function isLinked(state) {
  return !['unlinked', 'logged_out', 'forbidden', 'linking', 'disabled'].includes(state);
}

/** @param {Context<any, LoginState>} context @param {boolean} byCode */
function chooseCode(context, byCode) {
  endLogin(context);
  context.state.byCode = byCode;
  context.update();
}

/** @param {Context<any, LoginState>} context */
function otherWay(context) {
  const byCode = context.state.login?.method.type !== 'code';
  return button({
    label: byCode ? 'Without a camera: a code to type' : 'Use the QR code instead',
    act: () => chooseCode(context, byCode),
  });
}

/** The way back from what is on show. @param {Context<any, LoginState>} context */
function ending(context) {
  return html`<div class="actions">
    ${otherWay(context)}
    ${button({ label: 'Stop', act: () => chooseCode(context, false) })}
  </div>`;
}

/**
 * No new code came, so that something between the page and the gateway may have gone.
 * @param {Context<any, LoginState>} context
 * @param {Login} mine
 */
function overdue(context, { until, method }) {
  if (!isOverdue(until, Date.now())) return undefined;
  return html`<div class="note warn" role="alert"><p>No new code has come. The connection to the gateway may be lost.</p></div>
    <div class="actions">${button({ label: 'Try again', act: () => begin(context, method), kind: 'main' })}</div>`;
}

/** @param {Login} mine @param {string} words */
function left({ until = 0, lasts = 1 }, words) {
  const rest = Math.max(0, until - Date.now());
  return html`<p class="left"><progress max=${lasts} .value=${rest} aria-hidden="true"></progress>
    <span>${words} <span class="digits">${countdown(until, Date.now())}</span></span></p>`;
}

/** @param {Context<any, LoginState>} context */
function byCode(context) {
  const { state } = context;
  const read = phone(state.phone ?? '');
  const wrong = 'problem' in read && (state.tried || (state.phone ?? '') !== '') ? read.problem : undefined;
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    state.tried = true;
    context.update();
    if ('entry' in read) begin(context, { type: 'code', phone: read.entry.slice(1) });
  };
  const typed = (/** @type {InputEvent} */ event) => {
    state.phone = /** @type {HTMLInputElement} */ (event.target).value;
    context.update();
  };
  return html`<form novalidate @submit=${submit}>
    <div class="field">
      <label for="phone">Number of the phone that is to be linked</label>
      <p class="help" id="phone-help">With the code of its country, such as +1 555 010 0001.</p>
      <input id="phone" type="tel" autocomplete="off" .value=${state.phone ?? ''} aria-describedby="phone-help phone-wrong"
        aria-invalid=${wrong === undefined ? 'false' : 'true'} @input=${typed}>
      <p class="wrong" id="phone-wrong" aria-live="polite">${wrong ?? nothing}</p>
    </div>
    <div class="actions">
      <button type="submit" class="main">Get a code</button>
      ${button({ label: 'Use the QR code instead', act: () => chooseCode(context, false) })}
    </div>
  </form>`;
}
