// Reads a page of the documentation: its blocks with what is said about them, its headings and its links.

/**
 * What the tests are told about a block, in HTML comments before it that begin with one of these words.
 * @typedef {'world' | 'norun' | 'exit' | 'prints' | 'background' | 'types' | 'scans' | 'let' | 'writes' | 'file'} Word
 * @typedef {{word: Word, value: string, line: number}} Note
 * @typedef {{lang: string, text: string, line: number, heading: string, notes: Note[]}} Block
 * @typedef {{blocks: Block[], notes: Note[], anchors: Set<string>, links: {to: string, line: number}[]}} Page
 */

const WORDS = ['world', 'norun', 'exit', 'prints', 'background', 'types', 'scans', 'let', 'writes', 'file'];
const LANGUAGES = ['sh', 'json5', 'json', 'simulate', 'text', 'python', 'yaml', 'ini'];

/**
 * @param {string} text
 * @returns {Page} `notes` are those that belong to the page, not to a block
 */
export function read(text) {
  /** @type {Page} */
  const page = { blocks: [], notes: [], anchors: new Set(), links: [] };
  /** @type {Note[]} */
  let notes = [];
  let heading = '';
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const fence = lines[at].match(/^( *)(`{3,})(\S*)\s*$/);
    if (fence) {
      const [, indent, ticks, lang] = fence;
      const end = lines.findIndex((line, index) => index > at && line.trim() === ticks);
      if (end < 0) throw new Error(`line ${at + 1}: the block is not closed`);
      if (!LANGUAGES.includes(lang)) {
        throw new Error(`line ${at + 1}: a block of kind "${lang}"; write one of ${LANGUAGES.join(', ')}`);
      }
      const body = lines.slice(at + 1, end).map(line => line.slice(Math.min(indent.length, indentOf(line))));
      page.blocks.push({ lang, text: `${body.join('\n')}\n`, line: at + 1, heading, notes });
      notes = [];
      at = end;
      continue;
    }
    const comment = lines[at].match(/^ *<!-- *(.*?) *-->\s*$/);
    if (comment) {
      const note = noteOf(comment[1], at + 1);
      (note.word === 'world' ? page.notes : notes).push(note);
      continue;
    }
    if (lines[at].trim() === '') continue;
    if (notes.length > 0) throw new Error(`line ${notes[0].line}: no block follows "${notes[0].word}: …"`);
    const title = lines[at].match(/^#+ +(.*)$/);
    if (title) {
      heading = title[1];
      page.anchors.add(anchorOf(heading));
    }
    // What is code is no link.
    const plain = lines[at].replace(/`[^`]*`/g, '');
    for (const [, to] of plain.matchAll(/\]\(([^)\s]+)\)/g)) page.links.push({ to, line: at + 1 });
  }
  if (notes.length > 0) throw new Error(`line ${notes[0].line}: no block follows "${notes[0].word}: …"`);
  return page;
}

/**
 * @param {string} comment
 * @param {number} line
 * @returns {Note}
 */
function noteOf(comment, line) {
  const [, word, value] = comment.match(/^([a-z]+): +(.+)$/) ?? [];
  const known = WORDS.find(each => each === word);
  if (!known) {
    throw new Error(
      `line ${line}: "<!-- ${comment} -->" tells the tests nothing; write one of ${WORDS.join(', ')}, and what`,
    );
  }
  return { word: /** @type {Word} */ (known), value, line };
}

/** @param {string} line */
function indentOf(line) {
  return line.length - line.trimStart().length;
}

/** As the usual viewers of Markdown make it. @param {string} heading */
export function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/**
 * All that is said about a block with this word.
 * @param {Block} block
 * @param {Word} word
 */
export function told(block, word) {
  return block.notes.filter(note => note.word === word).map(note => note.value);
}
