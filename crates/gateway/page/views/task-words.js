// Tasks and their runs in words, as `fased tasks` says them.

import { readable } from './explained.js';

/** Why a Task is done or waits, for people. */
const WHY = /** @type {Record<string, string>} */ ({
  ran: 'it ran',
  failed: 'its run failed',
  cancelled: 'its run was cancelled',
  missed: 'its time passed longer ago than is caught up on',
  held: 'its time passed while its account sent nothing',
  max_runs: 'it ran as often as it was to',
  max_successes: 'it succeeded as often as it was to',
  over: 'its schedule names no further time',
});

/** All of these words. */
export const WHY_NAMES = Object.keys(WHY);

/** @param {{ state: string, why?: string | null }} task */
export function taskState(task) {
  return task.why ? `${task.state}: ${WHY[task.why] ?? readable(task.why)}` : task.state;
}

/** @param {{ state: string, held?: string | null }} task */
export function taskTone(task) {
  if (task.held) return 'busy';
  return task.state === 'active' ? 'good' : 'rest';
}

/** What it is called, or else how its prompt begins. @param {{ name?: string | null, prompt: string }} task */
export function title(task) {
  return shortened(task.name || task.prompt, 60);
}

/** @param {string} text @param {number} most characters */
export function shortened(text, most) {
  const characters = [...text.split(/\s+/).join(' ').trim()];
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : characters.join('');
}

/** @param {{ state: string, attempts: number, failure?: string | null }} run */
export function runState(run) {
  const times = run.state === 'skipped' && run.attempts > 1 ? ` ×${run.attempts}` : '';
  const why = run.failure ? ` (${readable(run.failure)})` : '';
  return `${run.state}${times}${why}`;
}

/** @param {string} state */
export function runTone(state) {
  if (state === 'ok') return 'good';
  if (state === 'error' || state === 'interrupted') return 'bad';
  return ['queued', 'running', 'missed'].includes(state) ? 'busy' : 'rest';
}

/** What made it run, for people. @param {string | null | undefined} cause */
export function causeWord(cause) {
  const causes = /** @type {Record<string, string>} */ ({
    created: 'it was made',
    schedule: 'it was due',
    catch_up: 'its time had passed meanwhile',
    manual: 'you asked',
    again: 'the run before was cut off',
  });
  return cause ? (causes[cause] ?? readable(cause)) : '';
}

/** It has not ended, so it can be ended. @param {{ state: string }} run */
export function isOpen(run) {
  return run.state === 'queued' || run.state === 'running';
}

/** How long a run took, milliseconds. @param {{ started_ms?: number | null, ended_ms?: number | null }} run */
export function took(run) {
  if (run.started_ms == null || run.ended_ms == null) return null;
  return Math.max(0, run.ended_ms - run.started_ms);
}

/**
 * What is asked for when a Task is made. Empty fields mean: as the gateway chooses.
 *
 * @param {{ text: string, target: string, account: string, agent: string, maxRuns: string }} form
 */
export function newRequest(form) {
  const target = form.target.trim();
  const maxRuns = form.maxRuns.trim();
  return {
    verb: 'tasks_new',
    text: form.text.trim(),
    to: { account: form.account, target: target === '' ? null : target },
    agent: form.agent || null,
    max_runs: maxRuns === '' ? null : Number(maxRuns),
    max_successes: null,
    timezone: null,
  };
}

/**
 * What is different between a Task and what was typed; nothing where nothing is. A schedule that was left empty stays.
 *
 * @param {{ name?: string | null, prompt: string, max_runs?: number | null }} task
 * @param {{ schedule: string, name: string, prompt: string, maxRuns: string }} form
 */
export function changes(task, form) {
  /** @type {Record<string, string | number>} */
  const edit = {};
  const [schedule, name, prompt] = [form.schedule.trim(), form.name.trim(), form.prompt.trim()];
  if (schedule !== '') edit.schedule = schedule;
  if (name !== (task.name ?? '')) edit.name = name;
  if (prompt !== '' && prompt !== task.prompt.trim()) edit.prompt = prompt;
  const most = form.maxRuns.trim() === '' ? 0 : Number(form.maxRuns);
  if (most !== (task.max_runs ?? 0)) edit.max_runs = most;
  return Object.keys(edit).length > 0 ? edit : null;
}
