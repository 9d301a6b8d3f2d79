// Recipes: a config, and beside it what happens with it, played by `fased simulate`.

import { writeFileSync } from 'node:fs';

import { told } from './markdown.js';
import { World } from './world.js';

/**
 * @import { Block, Page } from './markdown.js'
 * @typedef {{name: string, line: number, files: Block[], config: string, script: string}} Recipe
 */

/** @param {Page} page @returns {Recipe[]} one for each block of kind `simulate` that no command of the page plays itself */
export function recipes(page) {
  return page.blocks
    .filter(block => block.lang === 'simulate' && told(block, 'file').length === 0)
    .map(script => {
      const own = page.blocks.filter(block => block.heading === script.heading);
      const config = own.find(block => block.lang === 'json5');
      if (!config) throw new Error(`line ${script.line}: the recipe "${script.heading}" has no config`);
      const files = own.filter(block => block !== config && told(block, 'file').length > 0);
      return { name: script.heading, line: script.line, files, config: config.text, script: script.text };
    });
}

/** Throws where something else happens than the recipe says. @param {Recipe} recipe */
export async function play({ config, script, files }) {
  const world = await World.start('none');
  try {
    for (const file of files) writeFileSync(world.path(told(file, 'file')[0]), file.text, { mode: 0o755 });
    writeFileSync(world.path('recipe.json5'), config);
    writeFileSync(world.path('recipe.simulate'), script);
    const { code, output } = await world.fased(
      'fased simulate --config recipe.json5 --script recipe.simulate',
    );
    if (code !== 0) throw new Error(output);
  } finally {
    await world.remove();
  }
}
