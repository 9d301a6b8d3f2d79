// Tasks of an account: the list, one with its runs, and the forms. Each has an address.

/** @import { AgentInfo, TaskInfo, TaskRunInfo, View } from '../types.d.ts' */

import { control } from '../api.js';
import { counted } from '../format.js';
import { empty, loading, pill } from '../ui.js';
import { html, nothing } from '../vendor/lit-html.js';
import { one, runPill } from './task.js';
import { form } from './task-form.js';
import { causeWord, cut } from './words.js';

/** How a Task stands. @param {TaskInfo} task */
export function taskPill({ state, why, held }) {
  const mark = held ? 'queued' : state === 'active' ? 'ok' : 'done';
  return pill(mark, `${state}${why ? `: ${causeWord(why)}` : ''}`);
}

/** What it is called, or else how its prompt begins. @param {TaskInfo} task */
export const title = ({ name, prompt }) => cut(name || prompt, 60);

/** @type {View<{ at: string[], tasks?: TaskInfo[], more?: number, agents?: AgentInfo[], task?: TaskInfo, runs?: TaskRunInfo[] }>} */
export const tasks = {
  title: 'Tasks',
  concerns: types => types.has('outbound'),
  async load({ account, path: at, state, reload }) {
    // A run that says nothing is told by no event.
    clearTimeout(state.timer);
    state.timer = setTimeout(reload, 5000);
    const [id] = at;
    if (id === undefined) {
      const found = await control(
        { verb: 'tasks_list', account, chat: null, all: state.all === true, limit: 200 },
        'tasks',
      );
      return { at, ...found };
    }
    if (id === 'new') return { at, ...(await control({ verb: 'agents_list' }, 'agents')) };
    const [task, { runs }] = await Promise.all([
      control({ verb: 'tasks_show', id }, 'task'),
      control({ verb: 'tasks_runs', id, limit: 50 }, 'task_runs'),
    ]);
    return { at, task, runs };
  },
  moved: ({ state }) => {
    state.form = undefined;
  },
  leave: ({ state }) => clearTimeout(state.timer),
  render(ctx) {
    const { state, path } = ctx;
    const data = ctx.data?.at === path ? ctx.data : undefined;
    const back = html`<p><a href=${ctx.link('tasks')}>← Tasks</a></p>`;
    if (data?.agents) return html`${back}${form(ctx, data.agents)}`;
    if (data?.task)
      return html`${back}${path[1] === 'edit' ? form(ctx, [], data.task) : one(ctx, data.task, data.runs ?? [])}`;
    if (data?.tasks === undefined) return html`${path.length > 0 ? back : nothing}${loading(ctx)}`;
    const toggle = () => {
      state.all = !state.all;
      ctx.reload();
    };
    return html`<div class="filters">
        <a class="button main" href=${ctx.link('tasks', 'new')}>New Task</a>
        <label class="check"><input type="checkbox" .checked=${state.all === true} @change=${toggle}>Those that are done, too</label>
      </div>
      ${data.tasks.length > 0 ? nothing : empty('There is no Task. A Task has an agent do something at its time, and sends what comes of it.')}
      <ul class="list">${data.tasks.map(task => {
        const newest = task.newest_run;
        return html`<li class="item">
          <p><a class="title" href=${ctx.link('tasks', task.id)}>${title(task)}</a> ${taskPill(task)}</p>
          <p>${task.schedule}, to ${task.chat}${task.next ? `; next ${task.next}` : ''}</p>
          ${task.held ? html`<p>It does not run: ${task.held}</p>` : nothing}
          <p class="quiet">${counted(task.runs, 'run')}${task.failures > 0 ? `, ${counted(task.failures, 'failure')} in a row` : ''}
            ${newest ? html` ${runPill(newest)} ${newest.when} ${cut(newest.error ?? newest.result ?? '', 100)}` : nothing}</p>
        </li>`;
      })}</ul>
      ${data.more ? html`<p class="quiet">And ${data.more} more: fased tasks list --limit 1000</p>` : nothing}`;
  },
};
