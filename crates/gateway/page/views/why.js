// Why: the rules in order, which decided, where that is written, what would change it, and how far the answer came.

/** @import { Context, Explanation, JudgementInfo, RouteInfo } from '../types.d.ts' */

import { control } from '../api.js';
import { plain } from '../format.js';
import { button, command, facts, pill, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { remedies } from './remedy.js';
import { outcomeWord, place, said, sendState } from './words.js';

/** @param {string | null} outcome */
export const outcomePill = outcome => pill(outcome ?? 'queued', outcomeWord(outcome));

/** @param {string | undefined} label @param {unknown} value @returns {[string, unknown][]} */
const fact = (label, value) => (label && value ? [[label, value]] : []);

/** @param {RouteInfo | undefined} route @param {string} [answered] */
function agent(route, answered) {
  if (!route) return fact('Agent', answered);
  const label = answered !== undefined && answered !== route.agent ? 'Agent now' : 'Agent';
  return fact(
    label,
    html`${route.agent}: ${route.sentence} <span class="quiet">${place(route.source)}</span>`,
  );
}

/**
 * What stands behind a verdict, of a message that came or of one that is only supposed.
 * @param {Context} ctx
 * @param {Omit<JudgementInfo, 'verdict' | 'reason'>} judgement
 */
function because(ctx, { fix, tried }) {
  const change = async (/** @type {any} */ { command: typed, label, request }) => {
    const meant = await ctx.confirm({
      title: `${label}?`,
      text: `It does the same as: ${typed}`,
      action: label,
    });
    if (meant) await ctx.act(typed, () => control(request, 'done'));
  };
  return html`${
    fix
      ? html`<h3>What would change it</h3><p class="fix">${fix}</p>
        ${remedies(fix).map(
          one => html`<p class="actions">${command(one.command)}
            ${one.label ? button({ label: one.label, busy: ctx.busy(one.command), act: () => change(one) }) : nothing}</p>`,
        )}`
      : nothing
  }${
    tried.length > 0
      ? html`<h3>Rules, in the order in which they were tried</h3>
        <ol class="tried">${tried.map(
          ({ rule, found, source }, at) => html`<li><span class="rule">${rule}</span><span>${found}
            ${at === tried.length - 1 ? html`<strong class="tag">decided</strong>` : nothing}
            ${source ? html`<span class="quiet">${place(source)}</span>` : nothing}</span></li>`,
        )}</ol>`
      : nothing
  }`;
}

/** @param {Context} ctx @param {JudgementInfo} judgement */
export function judged(ctx, judgement) {
  const { verdict, reason, rule, source, route } = judgement;
  return html`${facts([
    ['Verdict', html`${outcomePill(verdict)} ${plain(reason)}${rule ? `, rule ${rule}` : ''}`],
    ...fact('Decided by', source && place(source)),
    ...agent(route),
  ])}${because(ctx, judgement)}`;
}

/** @param {Context} ctx @param {Explanation[]} messages one for each account and chat that saw it */
export function why(ctx, messages) {
  return html`<p><a href=${ctx.link('messages')}>← Verdicts</a></p>${messages.map(message => {
    const { direction, event, run, sent, now, note, rule, source } = message;
    const isIn = direction === 'in';
    const name = /** @type {any} */ (event)?.sender?.name;
    return html`<section class="card">
      <div class="card-title"><h2>${isIn ? 'A message that came in' : 'A message that was sent'}</h2>
        ${isIn ? outcomePill(message.verdict) : nothing}</div>
      ${message.sentence ? html`<p class="lead">${message.sentence}</p>` : nothing}
      ${facts([
        ...fact('From', message.sender && `${message.sender}${name ? ` (${name})` : ''}`),
        ['Chat', message.chat],
        ...(message.account === ctx.account ? [] : fact('Account', message.account)),
        ...fact('Said', said(event)),
        ['Content', plain(message.content)],
        ['Recorded', time(message.recorded_ms)],
        ...fact('Reason', message.reason && `${plain(message.reason)}${rule ? `, rule ${rule}` : ''}`),
        ...fact('Decided by', source && place(source)),
        ...agent(message.route, run?.agent),
        ...fact(
          'Run',
          run &&
            `${run.id}, ${run.state}${run.kind === 'command' ? ', a chat command' : ` by ${run.agent}`}${run.attempts > 1 ? `, started ${run.attempts} times` : ''}`,
        ),
        ...fact(
          'It failed',
          run && [run.failure && plain(run.failure), run.error].filter(Boolean).join(': '),
        ),
      ])}
      ${note ? html`<p class="note">Not judged again: ${note}</p>` : nothing}
      ${because(ctx, message)}
      ${now ? html`<h3>Now it would be judged otherwise</h3>${judged(ctx, now)}` : nothing}
      ${isIn && sent.length === 0 && message.verdict !== 'admit' ? nothing : html`<h3>${isIn ? 'Sent because of it' : 'How far it came'}</h3>`}
      <ul class="plain">${sent.map(({ state, error_code, chat, updated_ms, message_id }) => {
        const { words, mark } = sendState(state, error_code);
        return html`<li>${pill(mark, words)} to ${chat}, ${time(updated_ms)} <span class="quiet">${message_id}</span></li>`;
      })}</ul>
      ${isIn && sent.length === 0 && message.verdict === 'admit' ? html`<p class="quiet">Nothing so far.</p>` : nothing}
      <h3>In a terminal</h3><p>${command(`fased explain ${message.message_id}`)}</p>
    </section>`;
  })}`;
}
