// Small things that every view shows alike.

/** @import { TemplateResult } from 'lit-html' */
/** @import { ApiError } from './api.js' */
/** @import { Question } from './types.d.ts' */

import { addressed, moment, nextStep, plain, relative, tone } from './format.js';
import { known, now } from './store.js';
import { html, nothing, render } from './vendor/lit-html.js';

/** How long a word on what was done stays, milliseconds. */
const SAID_MS = 8000;

/** @param {string} id */
const element = id => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * A moment, told from now, with its date for those who want it.
 * @param {number | null | undefined} atMs
 * @param {string} [never]
 */
export function time(atMs, never = 'never') {
  if (atMs === null || atMs === undefined) return html`<span class="quiet">${never}</span>`;
  return html`<time datetime=${new Date(atMs).toISOString()} title=${moment(atMs)}>${relative(atMs, now())}</time>`;
}

/**
 * A state: in words, with a mark that has a form of its own beside its colour.
 * @param {string} state
 * @param {string} [words]
 */
export function pill(state, words = plain(state)) {
  return html`<span class="pill ${tone(state)}"><span class="mark" aria-hidden="true"></span>${words}</span>`;
}

/** The same, leading there. @param {string} href @param {string} state @param {string} [words] */
export function pillLink(href, state, words = plain(state)) {
  return html`<a class="pill ${tone(state)}" href=${href}><span class="mark" aria-hidden="true"></span>${words}</a>`;
}

/**
 * A command for a terminal, with a button that copies it.
 * @param {string} typed
 */
export function command(typed) {
  const text = addressed(typed, known.status?.gateway);
  const copy = async (/** @type {Event} */ event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    try {
      await navigator.clipboard.writeText(text);
      say('Copied.');
    } catch {
      // Without the right to the clipboard it is marked, so that a key does it.
      const code = button.previousElementSibling;
      if (code !== null) getSelection()?.selectAllChildren(code);
      say('It is marked: copy it with Ctrl+C.');
    }
  };
  return html`<span class="command"><code>${text}</code><button
    type="button" class="small" aria-label="Copy the command ${text}" @click=${copy}>Copy</button></span>`;
}

/**
 * What to do next: words, and a command where there is one.
 * @param {string | null | undefined} next
 */
export function hint(next) {
  if (!next) return nothing;
  const { words, command: found } = nextStep(next);
  return html`<p class="next">${words === '' ? nothing : html`<span>${words}</span>`} ${found === undefined ? nothing : command(found)}</p>`;
}

/**
 * Why something failed, and the next command.
 * @param {ApiError | undefined} error
 * @param {() => void} [dismiss]
 */
export function failure(error, dismiss) {
  if (error === undefined) return nothing;
  return html`<div class="note bad">
    <p><strong>That did not work:</strong> ${error.message}</p>
    ${hint(error.next)}
    ${dismiss === undefined ? nothing : html`<button type="button" class="small" @click=${dismiss}>Close</button>`}
  </div>`;
}

/**
 * A button that works while it works.
 * @param {object} options
 * @param {string | TemplateResult} options.label
 * @param {() => unknown} options.act
 * @param {boolean} [options.busy]
 * @param {'main' | 'danger' | 'plain' | 'small'} [options.kind]
 * @param {string} [options.name] for those who do not see beside what it stands
 */
export function button({ label, act, busy = false, kind = 'plain', name }) {
  // Not `disabled`: that would take the focus away from whoever pressed it by key.
  return html`<button type="button" class=${kind === 'plain' ? nothing : kind} aria-disabled=${busy ? 'true' : nothing} aria-label=${name ?? nothing}
    @click=${() => !busy && act()}>${label}</button>`;
}

/** Something is on its way. @param {string} [what] */
export function waiting(what = 'Asking the gateway…') {
  return html`<p class="quiet waiting">${what}</p>`;
}

/** What a view shows before it was loaded; why it could not be is said above. @param {{ failed: boolean }} context */
export function loading({ failed }) {
  return failed ? nothing : waiting();
}

/** There is nothing, and why that is all right. @param {unknown} words */
export function empty(words) {
  return html`<p class="empty">${words}</p>`;
}

/**
 * Names and values; what has no value is left out.
 * @param {[string, unknown][]} rows
 */
export function facts(rows) {
  return html`<dl class="facts">${rows.filter(([, value]) => value || value === 0).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading;

/** Says it to those who do not see it. @param {string} text */
export function announce(text) {
  const said = element('said');
  said.textContent = text;
  said.classList.remove('shown');
}

/** Says what was done, to eyes and to ears. @param {string} text */
export function say(text) {
  announce(text);
  const { classList } = element('said');
  classList.add('shown');
  clearTimeout(fading);
  fading = setTimeout(() => classList.remove('shown'), SAID_MS);
}

/** Says what went wrong to those who do not see it. @param {string} text */
export function sayFailure(text) {
  element('failed').textContent = text;
}

/**
 * Asks whether it is really meant. The browser gives the focus back, and keeps it from the rest of the page; that it does
 * not leave the page either is seen to here.
 * @param {Question} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, action, danger = false }) {
  const dialog = /** @type {HTMLDialogElement} */ (element('confirm'));
  const answer = (/** @type {string} */ word) => () => dialog.close(word);
  render(
    html`<h2 id="confirm-title">${title}</h2>
      <p id="confirm-text">${text}</p>
      <div class="actions end">
        <button type="button" autofocus @click=${answer('')}>Cancel</button>
        <button type="button" class=${danger ? 'danger' : 'main'} @click=${answer('yes')}>${action}</button>
      </div>`,
    dialog,
  );
  dialog.onkeydown = event => {
    if (event.key !== 'Tab') return;
    const buttons = [...dialog.querySelectorAll('button')];
    const next =
      buttons[
        (buttons.indexOf(/** @type {any} */ (document.activeElement)) +
          (event.shiftKey ? -1 : 1) +
          buttons.length) %
          buttons.length
      ];
    event.preventDefault();
    next.focus();
  };
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(resolve => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
