// Why: the rules in order, which decided, where that is written, what would change it, and how far the answer came.

/** @import { Context, Explanation, JudgementInfo, RouteInfo } from '../types.d.ts' */

import { control } from '../api.js';
import { plain } from '../format.js';
import { button, command, facts, pill, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { remedies } from './remedy.js';
import { outcomeWord, place, reasonWord, said, sendState } from './words.js';

/** @param {string | null} outcome */
export const outcomePill = outcome => pill(outcome ?? 'queued', outcomeWord(outcome));

/** @param {{ reason: string | null, rule: string | null }} judgement */
const reasonWords = ({ reason, rule }) =>
  [reason && reasonWord(reason), rule && `rule ${rule}`].filter(Boolean).join(', ');

/** @param {RouteInfo | undefined} route @param {string} [answered] @returns {[string, unknown]} */
const agentRow = (route, answered = route?.agent) => [
  answered === route?.agent ? 'Agent' : 'Agent now',
  route
    ? html`${route.agent}: ${route.sentence} <span class="quiet">${place(route.source)}</span>`
    : answered,
];

/**
 * What stands behind a verdict, of a message that came or of one that is only supposed.
 * @param {Context} ctx
 * @param {Pick<JudgementInfo, 'fix' | 'tried'>} judgement
 */
function because(ctx, { fix, tried }) {
  const change = async (
    /** @type {ReturnType<typeof remedies>[0]} */ { command: typed, label: action = '', request },
  ) => {
    const meant = await ctx.confirm({ title: `${action}?`, text: `It does the same as: ${typed}`, action });
    if (meant) await ctx.act(typed, () => control(request, 'done'));
  };
  return html`${fix ? html`<h3>What would change it</h3>` : nothing}
    ${fix && !fix.startsWith('run: ') ? html`<p>${fix}</p>` : nothing}
    ${remedies(fix).map(
      one => html`<div class="actions">${command(one.command)}
        ${one.label ? button({ label: one.label, busy: ctx.busy(one.command), act: () => change(one) }) : nothing}</div>`,
    )}
    ${tried.length > 0 ? html`<h3>Rules, in the order in which they were tried</h3>` : nothing}
    <ol class="tried">${tried.map(
      ({ rule, found, source }, at) => html`<li><code>${rule}</code><span>${found}
        ${at === tried.length - 1 ? html`<strong class="tag">decided</strong>` : nothing}
        ${source ? html`<span class="quiet">${place(source)}</span>` : nothing}</span></li>`,
    )}</ol>`;
}

/** @param {Context} ctx @param {JudgementInfo} judgement */
export function judged(ctx, judgement) {
  return html`${facts([
    ['Verdict', html`${outcomePill(judgement.verdict)} ${reasonWords(judgement)}`],
    ['Decided by', place(judgement.source)],
    agentRow(judgement.route),
  ])}${because(ctx, judgement)}`;
}

/** @param {Context} ctx @param {Explanation[]} messages one for each account and chat that saw it */
export function why(ctx, messages) {
  return html`<p><a href=${ctx.link('messages')}>← Verdicts</a></p>${messages.map(message => {
    const { run, sent, now, note } = message;
    const isIn = message.direction === 'in';
    const event = /** @type {any} */ (message.event);
    const does = run?.kind === 'command' ? 'a chat command' : `by ${run?.agent}`;
    const failed = run && [run.failure && plain(run.failure), run.error].filter(Boolean).join(': ');
    return html`<section class="card">
      <div class="card-title"><h2>${isIn ? 'A message that came in' : 'A message that was sent'}</h2>
        ${isIn ? outcomePill(message.verdict) : nothing}</div>
      ${message.sentence ? html`<p class="lead">${message.sentence}</p>` : nothing}
      ${facts([
        ['From', message.sender && [message.sender, event?.sender?.name].filter(Boolean).join(', ')],
        ['Chat', message.chat],
        ['Account', message.account !== ctx.account && message.account],
        ['Said', said(event) || plain(message.content)],
        ['Recorded', time(message.recorded_ms)],
        ['Reason', reasonWords(message)],
        [now ? 'Decides now' : 'Decided by', place(message.source)],
        agentRow(message.route, run?.agent),
        [
          'Run',
          run &&
            `${run.id}, ${does}: ${run.state}${run.attempts > 1 ? `, started ${run.attempts} times` : ''}`,
        ],
        ['Each of them', run?.forks?.map(fork => `${fork.agent}: ${fork.state}`).join(', ')],
        ['It failed', failed],
      ])}
      ${note ? html`<p class="note">Not judged again: ${note}</p>` : nothing}
      ${now ? html`<p class="note">Judged again, now it would be: ${outcomePill(now.verdict)} ${reasonWords(now)}</p>` : nothing}
      ${because(ctx, message)}
      ${sent.length > 0 ? html`<h3>${isIn ? 'Sent because of it' : 'How far it came'}</h3>` : nothing}
      <ul class="plain">${sent.map(one => {
        const { words, mark } = sendState(one.state, one.error_code);
        return html`<li>${pill(mark, words)} to ${one.chat}, ${time(one.updated_ms)} <span class="quiet">${one.message_id}</span></li>`;
      })}</ul>
      <h3>In a terminal</h3><p>${command(`fased explain ${message.message_id}`)}</p>
    </section>`;
  })}`;
}
