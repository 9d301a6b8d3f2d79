// Which verbs the program has, by its own help.

import { World } from './world.js';

/** @returns {Promise<string[]>} such as `pairing approve`, without the verbs that only lead to others */
export async function verbs() {
  const world = await World.start('none');
  try {
    return await below('', world);
  } finally {
    await world.remove();
  }
}

/**
 * @param {string} verb
 * @param {World} world
 * @returns {Promise<string[]>}
 */
async function below(verb, world) {
  const { output } = await world.fased(`fased ${verb} --help`);
  const [, list] = output.split('\nCommands:\n');
  if (!list) return [verb];
  const names = list
    .split('\n\n')[0]
    .split('\n')
    .map(line => line.match(/^ {2}([a-z-]+)/)?.[1])
    .filter(Boolean);
  const found = await Promise.all(names.map(name => below(`${verb} ${name}`.trim(), world)));
  return found.flat();
}
