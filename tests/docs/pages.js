// Which pages there are, and what has to hold for one.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { tryBlock } from './blocks.js';
import { read, told } from './markdown.js';
import { ROOT, World } from './world.js';

/** @import { Page } from './markdown.js' */

/** The README and the book, as paths from the project's folder. @returns {string[]} */
export function names() {
  const book = readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md'));
  return ['README.md', ...book.map(name => `docs/${name}`)];
}

/** @param {string} name @returns {Page} */
export function page(name) {
  try {
    return read(readFileSync(join(ROOT, name), 'utf8'));
  } catch (error) {
    throw new Error(`${name}: ${error.message}`);
  }
}

/**
 * Tries all blocks of a page, in order and in one world; throws at the first that does not do what the page says.
 * @param {string} name
 * @param {Page} page
 */
export async function tryPage(name, page) {
  const kind = page.notes.find(note => note.word === 'world')?.value ?? 'none';
  const world = await World.start(kind);
  try {
    for (const block of page.blocks) {
      if (told(block, 'norun').length > 0) continue;
      try {
        await tryBlock(block, world);
      } catch (error) {
        throw new Error(`${name}:${block.line}:\n${block.text}${error.message}`);
      }
    }
  } finally {
    await world.remove();
  }
}

/**
 * Links of a page that lead nowhere. Those to other hosts are not followed.
 * @param {string} name
 * @param {Page} from
 * @param {(name: string) => Page | undefined} find a page by its path, an empty one for a file that is none, or nothing
 * @returns {string[]}
 */
export function brokenLinks(name, from, find) {
  return from.links.flatMap(({ to, line }) => {
    if (/^[a-z]+:/.test(to)) return [];
    const [path, anchor] = to.split('#');
    const target = path ? relative(ROOT, join(ROOT, dirname(name), path)) : name;
    const found = target === name ? from : find(target);
    if (!found) return [`${name}:${line}: there is no ${target}`];
    return anchor && !found.anchors.has(anchor)
      ? [`${name}:${line}: ${target} has no heading #${anchor}`]
      : [];
  });
}
