// What is wrong and what waits, as the gateway tells it.

/** @import { Context, Problem, StatusInfo } from '../types.d.ts' */

import { sectionFor } from '../format.js';
import { hint, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';

/** A config file that was not taken. @param {StatusInfo} status */
export function configProblem(status) {
  const problem = status.config?.problem;
  if (!problem) return nothing;
  const [first, ...picture] = problem.message.split('\n');
  return html`<section class="note bad">
    <h2>The config file was not taken</h2>
    <p>${first}</p>
    ${picture.length === 0 ? nothing : html`<pre class="told" tabindex="0">${picture.join('\n')}</pre>`}
    <p class="quiet">Since ${time(problem.since_ms)}.</p>
    ${hint('mend the file, then: fased config validate')}
  </section>`;
}

/**
 * @param {Problem} problem
 * @param {Context} context
 */
export function problemItem({ sentence, next, warning }, { link }) {
  const section = next === null ? undefined : sectionFor(next);
  return html`<li class=${warning ? 'note warn' : 'note bad'}>
    <p><strong>${warning ? 'Worth knowing' : 'Wrong'}:</strong> ${sentence}
      ${section === undefined ? nothing : html`<a href=${link(section)}>Look there</a>`}</p>
    ${hint(next)}
  </li>`;
}
