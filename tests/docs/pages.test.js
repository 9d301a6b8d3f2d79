// Everything that README.md and docs/ tell people to type is typed here.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { read, told } from './markdown.js';
import { brokenLinks, names, page, tryPage } from './pages.js';
import { verbs } from './verbs.js';
import { ROOT } from './world.js';

/** Blocks that cannot be run where tests run. */
const NOT_RUN_AT_MOST = 12;

const pages = new Map(names().map(name => [name, page(name)]));

describe('what the pages say', { concurrency: 4 }, () => {
  for (const [name, page] of pages) test(`${name} does what it says`, () => tryPage(name, page));
});

test(`at most ${NOT_RUN_AT_MOST} blocks are not run`, t => {
  const left = [...pages].flatMap(([name, page]) =>
    page.blocks.flatMap(block => told(block, 'norun').map(reason => `${name}:${block.line}: ${reason}`)),
  );
  for (const each of left) t.diagnostic(`not run: ${each}`);
  assert.ok(left.length <= NOT_RUN_AT_MOST, `${left.length} are not run:\n${left.join('\n')}`);
});

test('links lead somewhere', () => {
  const find = (/** @type {string} */ name) => {
    const path = join(ROOT, name);
    if (!existsSync(path)) return undefined;
    return pages.get(name) ?? (name.endsWith('.md') ? anchors(path) : read(''));
  };
  assert.deepEqual(
    [...pages].flatMap(([name, page]) => brokenLinks(name, page, find)),
    [],
  );
});

test('the contents name every page of the book', () => {
  const contents = pages.get('docs/README.md');
  const named = new Set(contents.links.map(({ to }) => `docs/${to.split('#')[0]}`));
  const missing = [...pages.keys()].filter(name => /^docs\/(?!README)/.test(name) && !named.has(name));
  assert.deepEqual(missing, []);
});

test('the reference names every verb', async () => {
  const reference = readFileSync(join(ROOT, 'docs/reference.md'), 'utf8');
  const named = [...reference.matchAll(/`(?:fased )?([a-z -]+?)`/g)].map(([, name]) => name);
  const all = await verbs();
  assert.ok(all.includes('pairing approve'), `these are not all verbs: ${all.join(', ')}`);
  assert.deepEqual(
    all.filter(verb => !named.includes(verb)),
    [],
  );
});

/** Of a page outside of the book, only its headings matter. @param {string} path */
function anchors(path) {
  const headings = readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('#'));
  return read(headings.join('\n'));
}
