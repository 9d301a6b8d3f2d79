// The first setup, step by step: whose number, who may write, the phone, and a first message.

/** @import { Context, Draft, SetupData, SetupState, View } from '../types.d.ts' */

import { control, saveConfig } from '../api.js';
import { people } from '../numbers.js';
import { button, waiting } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { endLogin, loginPanel } from './login.js';
import { modeChoice, policyChoice, wordsOf } from './setup-choices.js';
import { draftOf, editsOf, policyOf } from './setup-draft.js';
import { hello } from './setup-hello.js';
import { forget, keep, kept } from './setup-kept.js';

/** @type {[string, string][]} */
const STEPS = [
  ['', 'Your number'],
  ['policy', 'Who may write'],
  ['people', 'People'],
  ['link', 'The phone'],
  ['hello', 'A first message'],
];

/** @type {View<SetupData, SetupState>} */
export const setup = {
  title: ({ path }) => STEPS.find(([id]) => id === (path[0] ?? ''))?.[1] ?? 'Setup',
  concerns: (types, { path }) =>
    path[0] === 'hello' &&
    ['pairing', 'verdict', 'account'].some(type => types.has(/** @type {any} */ (type))),
  async load(context) {
    const [config, waits] = await Promise.all([
      control({ verb: 'config_get', key: null }, 'config_values'),
      control({ verb: 'pairing_list', account: context.account, approved: false }, 'pending'),
    ]);
    if (context.state.draft === undefined) {
      Object.assign(context.state, kept(draftOf(config.values, context.account), context.account));
    }
    return { pending: waits.pending };
  },
  happened(events, context) {
    const waits = events.map(event => event.what).findLast(what => what.type === 'pairing');
    if (context.path[0] === 'hello' && waits?.type === 'pairing')
      context.say(`${waits.sender} waits for approval.`);
  },
  moved(context) {
    if (context.path[0] !== 'link') endLogin(context);
  },
  leave(context) {
    endLogin(context);
    // What is written is the config's from now on.
    if (context.state.done?.includes('people')) forget(context.account);
  },
  render(context) {
    const at = context.path[0] ?? '';
    const { draft } = context.state;
    return html`${progress(context, at)}
      ${draft === undefined ? waiting() : html`<div class="step">${step(at, context, draft)}</div>`}`;
  },
};

/**
 * Keeps what is chosen.
 * @param {Context<SetupData, SetupState>} context
 * @param {Draft} draft
 * @param {string} [step] that is done with it
 */
function chosen(context, draft, step) {
  const { state } = context;
  const before = state.done ?? [];
  state.done = step === undefined || before.includes(step) ? before : [...before, step];
  keep(context.account, draft, state.done);
  context.update();
}

/** @param {Context<SetupData, SetupState>} context @param {string} at */
function progress({ link, state }, at) {
  const now = STEPS.findIndex(([id]) => id === at);
  return html`<nav aria-label="Steps of the setup"><ol class="steps">${STEPS.map(
    ([id, name], index) =>
      html`<li class=${index < now && state.done?.includes(id) ? 'past' : index === now ? 'now' : 'next'}>${
        index < now
          ? html`<a href=${link('setup', ...(id === '' ? [] : [id]))}>${name}${state.done?.includes(id) ? html`<span class="unseen"> (done)</span>` : nothing}</a>`
          : html`<span aria-current=${index === now ? 'step' : nothing}>${name}</span>`
      }</li>`,
  )}</ol></nav>`;
}

/**
 * @param {string} at
 * @param {Context<SetupData, SetupState>} context
 * @param {Draft} draft
 */
function step(at, context, draft) {
  const on = (/** @type {string} */ next) => () => {
    chosen(context, draft, at);
    context.go(context.link('setup', next));
  };
  switch (at) {
    case '':
      return html`${modeChoice(draft.mode, mode => {
        if (draft.policy === policyOf(draft.mode)) draft.policy = policyOf(mode);
        draft.mode = mode;
        chosen(context, draft);
      })}
        <div class="actions">${button({ label: 'Continue', act: on('policy'), kind: 'main' })}</div>`;
    case 'policy':
      return html`${policyChoice(draft.policy, policy => {
        draft.policy = policy;
        chosen(context, draft);
      })}
        ${
          draft.mode === 'personal' && draft.policy === 'pairing'
            ? html`<p class="note warn">On your own number no stranger is sent a code. Their requests are only listed here.</p>`
            : nothing
        }
        <div class="actions">${button({ label: 'Continue', act: on('people'), kind: 'main' })}</div>`;
    case 'people':
      return listStep(context, draft);
    case 'link':
      return loginPanel(context, on('hello'));
    case 'hello':
      return hello(context, draft.policy);
    default:
      return html`<p>There is no such step. <a href=${context.link('setup')}>To the first</a></p>`;
  }
}

/** Why the list is asked for. @param {Draft} draft */
function listWords({ mode, policy }) {
  switch (policy) {
    case 'pairing':
      return 'People you list here need no approval. You can leave it empty.';
    case 'allowlist':
      return mode === 'personal'
        ? 'These people are heard, and may give commands. Your own chat with yourself works without an entry.'
        : 'Only these people are heard.';
    case 'open':
      return 'Everybody is heard (“*” is written into the list). Whom you list here is heard in groups as well.';
    case 'disabled':
      return 'Nobody is heard in direct chats. Whom you list here is heard in groups.';
  }
}

/** What was typed, as it is understood. @param {string} id @param {ReturnType<typeof people>} read */
function readAs(id, { entries, problems }) {
  return html`<div id=${id} aria-live="polite">
    ${problems.map(({ text, problem }) => html`<p class="wrong"><strong>${text}</strong>: ${problem}</p>`)}
    ${entries.length === 0 ? nothing : html`<p class="right">Read as: ${entries.join(', ')}</p>`}
  </div>`;
}

/**
 * @param {Context<SetupData, SetupState>} context
 * @param {Draft} draft
 */
function listStep(context, draft) {
  const { entries, problems } = people(draft.list);
  const owners = people(draft.owners);
  const typed = (/** @type {InputEvent} */ event) => {
    draft.list = /** @type {HTMLTextAreaElement} */ (event.target).value;
    chosen(context, draft);
  };
  const save = async () => {
    const wrong = problems.length > 0 ? 'list' : owners.problems.length > 0 ? 'owners' : undefined;
    if (wrong !== undefined) {
      document.getElementById(wrong)?.focus();
      return;
    }
    const saved = async () => {
      // Others may have changed it since the first step.
      const { values } = await control({ verb: 'config_get', key: null }, 'config_values');
      const edits = editsOf(draft, values, context.account);
      const done = await saveConfig(edits);
      draft.listed = entries;
      return done;
    };
    if (await context.act('save', saved)) {
      chosen(context, draft, 'people');
      context.go(context.link('setup', 'link'));
    }
  };
  const named = (/** @type {InputEvent} */ event) => {
    draft.owners = /** @type {HTMLInputElement} */ (event.target).value;
    chosen(context, draft);
  };
  const nobody = draft.policy === 'allowlist' && draft.mode === 'dedicated' && entries.length === 0;
  return html`
    <div class="field">
      <label for="list">Numbers, one a line</label>
      <p class="help" id="list-help">${listWords(draft)} A number begins with the code of its country, such as <code>+1 555 010 0001</code>; a hidden id looks like <code>100000000000001@lid</code>.</p>
      <textarea id="list" rows="5" spellcheck="false" autocomplete="off" inputmode="text" .value=${draft.list}
        aria-describedby="list-help list-read" aria-invalid=${problems.length > 0 ? 'true' : 'false'} @input=${typed}></textarea>
      ${readAs('list-read', { entries, problems })}
    </div>
    <div class="field">
      <label for="owners">Who is the owner? (optional)</label>
      <p class="help" id="owners-help">An owner may give commands in the chat and let people in there, and is heard only if listed above or approved. Empty: ${draft.mode === 'personal' ? 'you, and whom you list above' : 'the linked number itself'}.</p>
      <input id="owners" spellcheck="false" autocomplete="off" .value=${draft.owners}
        aria-describedby="owners-help owners-read" aria-invalid=${owners.problems.length > 0 ? 'true' : 'false'} @input=${named}>
      ${readAs('owners-read', owners)}
    </div>
    ${nobody ? html`<p class="note warn">With an empty list nobody is heard. You can add people later.</p>` : nothing}
    <p>Is written with them: ${wordsOf(draft).map(
      ([step, question, answer], index) =>
        html`${index > 0 ? '; ' : ''}${question} <a href=${step === '' ? context.link('setup') : context.link('setup', step)}>${answer}</a>`,
    )}.</p>
    <div class="actions">${button({ label: 'Save and continue', act: save, busy: context.busy('save'), kind: 'main' })}</div>
    <p class="quiet">This is written into the config file, which keeps its comments; the file as it was is kept beside it.</p>`;
}
