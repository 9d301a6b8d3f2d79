// One Task: what it is, what can be done with it, and what became of its runs.

/** @import { Context, TaskInfo, TaskRunInfo } from '../types.d.ts' */

import { control } from '../api.js';
import { plain, span } from '../format.js';
import { button, empty, facts, pill, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { taskPill, title } from './tasks.js';
import { causeWord } from './words.js';

/** @param {TaskRunInfo} run */
export function runPill({ state, attempts, failure }) {
  const mark = state === 'skipped' || state === 'cancelled' ? 'done' : state;
  const times = state === 'skipped' && attempts > 1 ? ` ×${attempts}` : '';
  return pill(mark, `${state}${times}${failure ? ` (${plain(failure)})` : ''}`);
}

/** @param {Context} ctx @param {TaskInfo} task @param {TaskRunInfo[]} runs */
export function one(ctx, task, runs) {
  const { id, state } = task;
  /** @param {string} label @param {() => Promise<unknown>} work @param {'main' | 'small'} [kind] */
  const does = (label, work, kind, key = label) =>
    button({ label, kind, busy: ctx.busy(key), act: () => ctx.act(key, work) });
  const run = async () => {
    const begun = await control({ verb: 'tasks_run', id }, 'task_run');
    return { message: `Run ${begun.id} is ${begun.state}.` };
  };
  const cancel = async () => {
    const text = `“${title(task)}” is deleted, and what runs of it is ended. What its runs came to stays known.`;
    const action = 'Cancel the Task';
    const meant = await ctx.confirm({ title: 'Cancel this Task?', text, action, danger: true });
    const done = meant && (await ctx.act(action, () => control({ verb: 'tasks_cancel', id }, 'done')));
    if (done) ctx.go(ctx.link('tasks'));
  };
  return html`<section class="card">
      <div class="card-title"><h2>${title(task)}</h2>${taskPill(task)}</div>
      ${task.held ? html`<p class="note">It does not run: ${task.held}</p>` : nothing}
      ${facts([
        ['What is asked', html`<span class="said">${task.prompt}</span>`],
        ['When', task.schedule],
        ['Next', task.next ?? 'not due'],
        ['Result goes to', task.chat],
        ['Agent', task.agent],
        ['Runs', `${task.runs}, of them ${task.successes} went well`],
        ['Made', html`${time(task.created_ms)}${task.created_by ? ` by ${task.created_by}` : ''}`],
        ['Id', id],
      ])}
      <div class="actions">
        ${does('Run now', run, 'main')}
        ${state === 'active' ? does('Pause', () => control({ verb: 'tasks_pause', id }, 'task')) : nothing}
        ${state === 'paused' ? does('Resume', () => control({ verb: 'tasks_resume', id }, 'task')) : nothing}
        <a class="button" href=${ctx.link('tasks', id, 'edit')}>Edit</a>
        ${button({ label: 'Cancel Task', kind: 'danger', act: cancel })}
      </div>
    </section>
    <h2>Runs</h2>
    ${runs.length === 0 ? empty('It has not run yet.') : nothing}
    <ul class="list">${runs.map(one => {
      const { id: run, started_ms, ended_ms } = one;
      const took = started_ms !== null && ended_ms !== null ? `, took ${span(ended_ms - started_ms)}` : '';
      const end = () => control({ verb: 'tasks_cancel_run', run }, 'done');
      return html`<li class="item">
        <p class="head">${runPill(one)} ${one.when} <span class="quiet">run ${run}${one.cause ? `, ${causeWord(one.cause)}` : ''}${took}</span>
          ${one.state === 'queued' || one.state === 'running' ? does('End this run', end, 'small', `${run}`) : nothing}</p>
        ${one.error ? html`<p>${one.error}</p>` : nothing}
        ${one.result ? html`<p class="said">${one.result}</p>` : nothing}
      </li>`;
    })}</ul>`;
}
