// One Task: what it is, what can be done with it, and what became of its runs.

/** @import { Context, TaskInfo, TaskRunInfo } from '../types.d.ts' */

import { control } from '../api.js';
import { plain, span } from '../format.js';
import { button, command, empty, facts, pill, time } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { taskPill, title } from './tasks.js';

/** @type {Record<string, string>} */
const MARKS = {
  ok: 'ok',
  queued: 'queued',
  running: 'running',
  error: 'failed',
  interrupted: 'failed',
  missed: 'failed',
};

/** @param {TaskRunInfo} run */
export function runPill({ state, attempts, failure }) {
  const times = state === 'skipped' && attempts > 1 ? ` ×${attempts}` : '';
  return pill(MARKS[state] ?? 'done', `${state}${times}${failure ? ` (${plain(failure)})` : ''}`);
}

/** @param {Context} ctx @param {TaskInfo} task @param {TaskRunInfo[]} runs */
export function one(ctx, task, runs) {
  const { id, state } = task;
  const does = (
    /** @type {string} */ key,
    /** @type {string} */ label,
    /** @type {() => Promise<unknown>} */ work,
    /** @type {'main' | 'small' | undefined} */ kind,
  ) => button({ label, kind, busy: ctx.busy(key), act: () => ctx.act(key, work) });
  const turn = (
    /** @type {'tasks_pause' | 'tasks_resume'} */ verb,
    /** @type {string} */ label,
    /** @type {string} */ message,
  ) => does(verb, label, async () => (await control({ verb, id }, 'task')) && { message }, undefined);
  const run = async () => {
    const begun = await control({ verb: 'tasks_run', id }, 'task_run');
    return { message: `Run ${begun.id} is ${begun.state}.` };
  };
  const cancel = async () => {
    const text = `“${title(task)}” is deleted, and what runs of it is ended. What its runs came to stays known.`;
    const meant = await ctx.confirm({
      title: 'Cancel this Task?',
      text,
      action: 'Cancel the Task',
      danger: true,
    });
    if (meant && (await ctx.act('cancel', () => control({ verb: 'tasks_cancel', id }, 'done'))))
      ctx.go(ctx.link('tasks'));
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
      ])}
      <div class="actions">
        ${does('run', 'Run now', run, 'main')}
        ${state === 'active' ? turn('tasks_pause', 'Pause', 'It waits until it is resumed.') : nothing}
        ${state === 'paused' ? turn('tasks_resume', 'Resume', 'It runs again, from now on.') : nothing}
        <a class="button" href=${ctx.link('tasks', id, 'edit')}>Edit</a>
        ${button({ label: 'Cancel Task', kind: 'danger', busy: ctx.busy('cancel'), act: cancel })}
      </div>
    </section>
    <h2>Runs</h2>
    ${runs.length === 0 ? empty('It has not run yet.') : nothing}
    <ul class="list">${runs.map(one => {
      const { started_ms, ended_ms, error, result } = one;
      const took = started_ms !== null && ended_ms !== null ? `, took ${span(ended_ms - started_ms)}` : '';
      const open = one.state === 'queued' || one.state === 'running';
      return html`<li class="item">
        <p>${runPill(one)} ${one.when} <span class="quiet">run ${one.id}${one.cause ? `, ${plain(one.cause)}` : ''}${took}</span>
          ${open ? does(`end:${one.id}`, 'End this run', () => control({ verb: 'tasks_cancel_run', run: one.id }, 'done'), 'small') : nothing}</p>
        ${error ? html`<p>${error}</p>` : nothing}
        ${result ? html`<p class="said">${result}</p>` : nothing}
      </li>`;
    })}</ul>
    <p>${command(`fased tasks show ${id}`)}</p>`;
}
