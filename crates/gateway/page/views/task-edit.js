// What a form of a Task asks of the gateway, which alone reads when and what. Empty means: as the gateway chooses.

/** @import { ControlRequest } from '../types.d.ts' */

/** `text` is when and what of a new Task, and when of one that is there. @typedef {{ text: string, target: string, agent: string, name: string, prompt: string, max: string }} Typed */

/** @param {Typed} typed @param {string} account @returns {Extract<ControlRequest, { verb: 'tasks_new' }>} */
export function made({ text, target, agent, max }, account) {
  const to = { account, target: target.trim() || null };
  return {
    verb: 'tasks_new',
    text: text.trim(),
    to,
    agent: agent || null,
    max_runs: Number(max) || null,
    max_successes: null,
    timezone: null,
  };
}

/**
 * What is different; nothing where nothing is.
 * @param {{ name: string | null, prompt: string, max_runs: number | null }} task
 * @param {Typed} typed
 */
export function changed(task, { text, name, prompt, max }) {
  /** @type {{ schedule?: string, name?: string, prompt?: string, max_runs?: number }} */
  const edit = {};
  if (text.trim() !== '') edit.schedule = text.trim();
  if (name.trim() !== (task.name ?? '')) edit.name = name.trim();
  if (prompt.trim() !== '' && prompt.trim() !== task.prompt.trim()) edit.prompt = prompt.trim();
  // The gateway takes 0 for: without a limit.
  if (Number(max) !== (task.max_runs ?? 0)) edit.max_runs = Number(max);
  return Object.keys(edit).length > 0 ? edit : undefined;
}
