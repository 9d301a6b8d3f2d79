// A clone of this repository in an empty folder, and the README's first command in it, until somebody is answered.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ended } from '../bench/fake.js';
import { PROJECT } from '../browser/program.js';

/** @typedef {{ remarks: string[], steps: { what: string, ms: number }[] }} Measured milliseconds since it began */

/** Rust from nothing, on a small machine that is busy. */
const DEADLINE_MS = 45 * 60_000;
const END_MS = 30_000;

/** @param {{ cold: boolean }} options @returns {Promise<Measured>} */
export async function fromClone({ cold }) {
  const folder = mkdtempSync(join(tmpdir(), 'fased-first-hour-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  // Whoever does not want to wait leaves nothing behind either.
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(name, () => process.exit(1));
  try {
    const project = join(folder, 'fased');
    const env = environment(folder, cold);
    const began = performance.now();
    execFileSync('git', ['clone', '--quiet', `file://${PROJECT}`, project], { env, stdio: 'inherit' });
    const cloned = performance.now() - began;
    const command = firstCommand(readFileSync(join(project, 'README.md'), 'utf8'));
    const answers = await untilAnswered(command, project, env, began);
    const commit = execFileSync('git', ['log', '-1', '--format=%h'], {
      cwd: project,
      encoding: 'utf8',
    }).trim();
    return {
      remarks: [`commit ${commit}, then: ${command}`, caches(cold)],
      steps: [{ what: 'cloned', ms: cloned }, ...answers],
    };
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** Nothing of this folder's builds may shorten it. @param {string} folder @param {boolean} cold */
function environment(folder, cold) {
  const { CARGO_TARGET_DIR: _target, FASED_HOME: _home, ...env } = process.env;
  if (!cold) return env;
  const [cargo, npm] = ['cargo', 'npm'].map(name => join(folder, name));
  for (const path of [cargo, npm]) mkdirSync(path);
  return { ...env, PATH: `${cargoHome()}/bin:${env.PATH}`, CARGO_HOME: cargo, npm_config_cache: npm };
}

function cargoHome() {
  return process.env.CARGO_HOME ?? join(homedir(), '.cargo');
}

/** @param {boolean} cold */
function caches(cold) {
  if (cold) return 'cold: the caches of cargo and npm were empty, so every package was downloaded';
  let warm = false;
  try {
    warm = readdirSync(join(cargoHome(), 'registry/cache')).length > 0;
  } catch {}
  return warm
    ? "warm: packages that are in this machine's caches of cargo and npm were not downloaded again"
    : 'cold: cargo has no packages on this machine, so they were downloaded';
}

/** The first line of the first block that is for a shell. @param {string} readme */
function firstCommand(readme) {
  const command = /^```sh\n(.+)$/m.exec(readme)?.[1];
  if (command === undefined) throw new Error('README.md has no block of commands');
  return command;
}

/**
 * Runs a command until the simulation it plays has answered somebody with what they wrote.
 *
 * @param {string} command @param {string} cwd @param {NodeJS.ProcessEnv} env @param {number} began
 * @returns {Promise<{ what: string, ms: number }[]>}
 */
async function untilAnswered(command, cwd, env, began) {
  // A group of its own, so that everything it started can be ended with it.
  const child = spawn('bash', ['-c', command], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const timer = setTimeout(() => signal(child, 'SIGKILL'), DEADLINE_MS);
  const cutOff = () => signal(child, 'SIGKILL');
  // Before the folder is removed that they work in.
  process.prependOnceListener('exit', cutOff);
  const steps = [];
  const said = new Set();
  let tail = '';
  child.stderr.on('data', data => {
    tail = (tail + data).slice(-2_000);
  });
  try {
    for await (const line of createInterface(child.stdout)) {
      tail = `${tail}${line}\n`.slice(-2_000);
      const [, way, text] = /^ *[\d.]+ +(in|out) +\S+ +(.*?)(?: +\[\w+\])?$/.exec(line) ?? [];
      if (way === 'in') said.add(text);
      if (way === undefined || way === 'in') continue;
      const ms = performance.now() - began;
      if (steps.length === 0) steps.push({ what: 'somebody was answered, with a code', ms });
      if (!said.has(text)) continue;
      steps.push({ what: 'the first message came back from the agent', ms });
      return steps;
    }
    throw new Error(`${command} ended before anybody was answered:\n${tail}`);
  } finally {
    clearTimeout(timer);
    signal(child, 'SIGTERM');
    const last = setTimeout(() => signal(child, 'SIGKILL'), END_MS);
    await ended(child);
    clearTimeout(last);
    process.off('exit', cutOff);
    signal(child, 'SIGKILL');
  }
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} name */
function signal(child, name) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch (error) {
    // None of them is left.
    if (error.code !== 'ESRCH') throw error;
  }
}
