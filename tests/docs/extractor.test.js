// The tests of the pages find what is wrong with a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { read } from './markdown.js';
import { brokenLinks, tryPage } from './pages.js';
import { play, recipes } from './recipes.js';

const FENCE = '```';

/**
 * @param {string} lang
 * @param {string} text
 */
const block = (lang, text) => `${FENCE}${lang}\n${text}\n${FENCE}\n`;

/** @param {string} text */
const tried = text => tryPage('a page', read(text));

test('a page that is right passes, over several blocks in one world', async () => {
  await tried(
    [
      '# A page',
      block('sh', 'fased config set channels.whatsapp.dmPolicy disabled'),
      '<!-- prints: "disabled" -->',
      block('sh', 'fased config get channels.whatsapp.dmPolicy'),
      '<!-- exit: 2 -->',
      block('sh', 'fased config set channels.whatsapp.dmPolicy nobody'),
      block('json5', '{ channels: { whatsapp: { dmPolicy: "pairing" } } }'),
    ].join('\n'),
  );
});

test('a command that does not exist is found, also before a right one', async () => {
  await assert.rejects(
    tried(block('sh', 'fased confug path\nfased config path')),
    /this failed: fased confug path/,
  );
});

test('a command that ends otherwise, or prints something else, is found', async () => {
  await assert.rejects(
    tried(`<!-- exit: 2 -->\n${block('sh', 'fased config path')}`),
    /exit code 0 instead of 2/,
  );
  await assert.rejects(
    tried(`<!-- prints: no such line -->\n${block('sh', 'fased config path')}`),
    /it did not print "no such line"/,
  );
});

test('what is to go on in the background, and ends, is found', async () => {
  await assert.rejects(
    tried(`<!-- background: gateway is up -->\n${block('sh', 'fased config path')}`),
    /it ended before "gateway is up"/,
  );
});

test('a config with a wrong key is found', async () => {
  await assert.rejects(
    tried(block('json5', '{ channels: { whatsapp: { dmPolice: "pairing" } } }')),
    /no valid config[\s\S]*dmPolice/,
  );
});

test('a word that stands for something has to be in the block', async () => {
  await assert.rejects(
    tried(
      `<!-- let: CODE = pending.0.code of fased pairing list --json -->\n${block('sh', 'fased --version')}`,
    ),
    /there is no pending.0.code/,
  );
});

test('what the tests cannot read is found', () => {
  assert.throws(() => read(`<!-- print: ready -->\n${block('sh', 'true')}`), /tells the tests nothing/);
  assert.throws(() => read(`<!-- norun: -->\n${block('sh', 'true')}`), /tells the tests nothing/);
  assert.throws(() => read('<!-- prints: ready -->\nNo block.\n'), /no block follows/);
  assert.throws(() => read(`${FENCE}sh\ntrue\n`), /not closed/);
  assert.throws(() => read(block('bash', 'true')), /a block of kind "bash"/);
});

test('a block of a list loses the list’s indentation, and no more', () => {
  const [{ text }] = read(
    `1. First:\n\n   ${FENCE}sh\n   if true; then\n     echo yes\n   fi\n   ${FENCE}\n`,
  ).blocks;
  assert.equal(text, 'if true; then\n  echo yes\nfi\n');
});

test('links to pages and headings that are not there are found', () => {
  const from = read(
    '[a](b.md#two-words) [c](#here) [d](gone.md) [e](b.md#none) [f](https://example.org)\n# Here\n',
  );
  const other = read('# Two words\n');
  const find = (/** @type {string} */ name) => (name === 'docs/b.md' ? other : undefined);
  assert.deepEqual(brokenLinks('docs/a.md', from, find), [
    'docs/a.md:1: there is no docs/gone.md',
    'docs/a.md:1: docs/b.md has no heading #none',
  ]);
});

test('a recipe that promises something else than happens is found', async () => {
  const config = block(
    'json5',
    '{ channels: { whatsapp: { dmPolicy: "allowlist", allowFrom: ["+15550100002"] } } }',
  );
  const script = block(
    'simulate',
    'wait ready\nas +15550100003 hello\nexpect verdict dm_listed for +15550100003 within 1s',
  );
  const [recipe] = recipes(read(`# Only one\n${config}\n${script}`));
  await assert.rejects(play(recipe), /FAILED[\s\S]*not_in_allowlist/);
});
