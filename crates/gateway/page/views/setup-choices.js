// What can be chosen in a first setup, and what each choice means.

/** @import { DmPolicy, Mode } from '../types.d.ts' */

import { html } from '../vendor/lit-html.js';

/** @type {[Mode, string, string][]} */
const MODES = [
  [
    'dedicated',
    'A number of its own',
    'A spare SIM or a business number that only the gateway uses. Everybody who writes to it writes to your Agent.',
  ],
  [
    'personal',
    'Your own number',
    'The one you use yourself. Your Agent answers in your chat with yourself and those you list; strangers never get a text from it.',
  ],
];

/** @type {[DmPolicy, string, string][]} */
const POLICIES = [
  [
    'pairing',
    'With approval',
    'Strangers get a code once; they are heard after you have approved them here.',
  ],
  ['allowlist', 'Only people I list', 'Everybody else is not heard and gets no answer.'],
  ['open', 'Everybody', 'Whoever knows the number can use the Agent, and what it costs and can do.'],
  ['disabled', 'Nobody', 'No direct messages at all; groups have rules of their own.'],
];

/**
 * @template {string} T
 * @param {string} legend
 * @param {string} name
 * @param {[T, string, string][]} choices
 * @param {T} chosen
 * @param {(value: T) => void} choose
 */
function choice(legend, name, choices, chosen, choose) {
  return html`<fieldset class="choices"><legend>${legend}</legend>
    ${choices.map(
      ([value, words, meaning]) => html`<label class="choice">
        <input type="radio" name=${name} value=${value} .checked=${value === chosen} @change=${() => choose(value)}
          aria-describedby="${name}-${value}">
        <span><strong>${words}</strong> <code>${value}</code><span class="help" id="${name}-${value}">${meaning}</span></span>
      </label>`,
    )}
  </fieldset>`;
}

/** @param {Mode} chosen @param {(mode: Mode) => void} choose */
export function modeChoice(chosen, choose) {
  return choice('Whose number is it?', 'mode', MODES, chosen, choose);
}

/** @param {DmPolicy} chosen @param {(policy: DmPolicy) => void} choose */
export function policyChoice(chosen, choose) {
  return choice('Who may write to it?', 'policy', POLICIES, chosen, choose);
}

/**
 * What is chosen, in words: the step where it is, the question, the answer.
 * @param {{ mode: Mode, policy: DmPolicy }} draft
 * @returns {[string, string, string][]}
 */
export function wordsOf({ mode, policy }) {
  return [
    ['', 'Whose number is it?', MODES.find(([value]) => value === mode)?.[1] ?? mode],
    ['policy', 'Who may write to it?', POLICIES.find(([value]) => value === policy)?.[1] ?? policy],
  ];
}
