// What a form of a Task asks of the gateway. The gateway alone reads when and what; empty means: as it chooses.

/** @import { ControlRequest } from '../types.d.ts' */

/** @typedef {{ text: string, target: string, agent: string, max: string, name: string, prompt: string }} Typed */

/** @param {Typed} typed @param {string} account @returns {Extract<ControlRequest, { verb: 'tasks_new' }>} */
export function made(typed, account) {
  return {
    verb: 'tasks_new',
    text: typed.text.trim(),
    to: { account, target: typed.target.trim() || null },
    agent: typed.agent || null,
    max_runs: typed.max.trim() === '' ? null : Number(typed.max),
    max_successes: null,
    timezone: null,
  };
}

/**
 * What is different; nothing where nothing is.
 * @param {{ name: string | null, prompt: string, max_runs: number | null }} task
 * @param {Typed} typed of which `text` is when it runs
 */
export function changed(task, typed) {
  /** @type {Record<string, string | number>} */
  const edit = {};
  const [schedule, name, prompt, max] = [typed.text, typed.name, typed.prompt, typed.max].map(text =>
    text.trim(),
  );
  if (schedule !== '') edit.schedule = schedule;
  if (name !== (task.name ?? '')) edit.name = name;
  if (prompt !== '' && prompt !== task.prompt.trim()) edit.prompt = prompt;
  if (Number(max) !== (task.max_runs ?? 0)) edit.max_runs = Number(max);
  return Object.keys(edit).length > 0 ? edit : undefined;
}
