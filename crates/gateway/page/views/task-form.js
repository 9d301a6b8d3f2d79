// A Task is made or changed here. What the gateway says of a mistake stands below the field.

/** @import { AgentInfo, Context, TaskInfo } from '../types.d.ts' */

import { asApiError, control } from '../api.js';
import { html, nothing } from '../vendor/lit-html.js';
import { changed, made } from './task-edit.js';

const HELP = html`As in a chat: when, a name up to a colon if it is to have one, and what is asked. Without a time it runs once, now.
  <code>every 1h report: Summarise the log</code> · <code>in 20m remind me of the oven</code> · <code>cron 0 9 * * 1-5 -- briefing: What is on today?</code>`;

/** @param {Context} ctx @param {AgentInfo[]} agents @param {TaskInfo} [task] */
export function form(ctx, agents, task) {
  const { state } = ctx;
  state.form ??= {
    typed: {
      text: '',
      target: '',
      agent: '',
      name: task?.name ?? '',
      prompt: task?.prompt ?? '',
      max: `${task?.max_runs ?? ''}`,
    },
  };
  /** @type {{ typed: import('./task-edit.js').Typed, wrong?: string }} */
  const shown = state.form;
  const { typed, wrong } = shown;
  const type = (/** @type {any} */ { target }) => {
    typed[/** @type {keyof typeof typed} */ (target.id)] = target.value;
  };
  const field = (
    /** @type {keyof typeof typed} */ name,
    /** @type {string} */ label,
    /** @type {unknown} */ help,
    lines = 0,
  ) => {
    const problem = name === 'text' ? wrong : undefined;
    const about = `${name}-help ${name}-wrong`;
    const invalid = problem ? 'true' : nothing;
    return html`<div class="field"><label for=${name}>${label}</label>
      <span class="help" id="${name}-help">${help}</span>
      ${
        lines > 0
          ? html`<textarea id=${name} rows=${lines} .value=${typed[name]} aria-describedby=${about} aria-invalid=${invalid} @input=${type}></textarea>`
          : html`<input id=${name} .value=${typed[name]} autocomplete="off" aria-describedby=${about} aria-invalid=${invalid} @input=${type}>`
      }
      <p class=${problem ? 'wrong' : ''} id="${name}-wrong" role="alert">${problem}</p></div>`;
  };
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    let id = task?.id ?? '';
    const edit = task && changed(task, typed);
    if (task && edit === undefined) return ctx.go(ctx.link('tasks', id));
    shown.wrong = undefined;
    const done = await ctx.act('send', async () => {
      try {
        const answer = await control(
          edit ? { verb: 'tasks_edit', id, edit } : made(typed, ctx.account),
          'task',
        );
        id = answer.id;
        return { message: `Task ${id}: ${answer.schedule}` };
      } catch (error) {
        // A mistake in what was typed belongs to the form, all else to the frame.
        if (asApiError(error).code !== 'usage') throw error;
        shown.wrong = asApiError(error).message;
      }
    });
    if (done && shown.wrong === undefined) ctx.go(ctx.link('tasks', id));
  };
  return html`<form class="card" @submit=${send}>
    <h2>${task ? `Change Task ${task.id}` : 'New Task'}</h2>
    ${
      task
        ? html`${field('text', 'When', html`Now: ${task.schedule}. Empty leaves it so; <code>none</code> lets it run only when told to.`)}
          ${field('name', 'Name', nothing)} ${field('prompt', 'What is asked', nothing, 4)}`
        : html`${field('text', 'When, and what', HELP, 3)}
          ${field('target', 'Result goes to', 'A number, a hidden id or a group. Empty: the account’s defaultTo.')}
          <div class="field"><label for="agent">Agent</label><select id="agent" @change=${type}>
            <option value="">whoever answers in that chat</option>
            ${agents.map(({ id, name }) => html`<option value=${id} .selected=${id === typed.agent}>${name}</option>`)}</select></div>`
    }
    <div class="field"><label for="max">Ends after so many runs</label>
      <input id="max" type="number" min="1" max="1000000" placeholder="never" .value=${typed.max} @input=${type}></div>
    <div class="actions">
      <button class="main" aria-disabled=${ctx.busy('send') ? 'true' : nothing}>${task ? 'Save' : 'Make the Task'}</button>
      <a class="button" href=${ctx.link('tasks', ...(task ? [task.id] : []))}>Leave it</a>
    </div>
  </form>`;
}
