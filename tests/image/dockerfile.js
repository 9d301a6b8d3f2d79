// Reads a Dockerfile and a .dockerignore, as far as ours need it; what is not known is an error, never stepped over.

const KNOWN = new Set(
  'FROM RUN COPY WORKDIR ENV USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD'.split(' '),
);

/** Lines without comments, those that go on joined; with the number of the first. */
function lines(text) {
  const joined = [];
  let open = null;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const goesOn = raw.endsWith('\\');
    const part = goesOn ? raw.slice(0, -1) : raw;
    if (open === null) {
      open = { line: index + 1, text: part };
      joined.push(open);
    } else open.text += part;
    if (!goesOn) open = null;
  }
  return joined;
}

/** The words of an exec form (`["a", "b"]`), or null where it is a shell's line. */
export function execForm(text) {
  if (!text.startsWith('[')) return null;
  const words = JSON.parse(text);
  if (!Array.isArray(words) || words.some(word => typeof word !== 'string'))
    throw new Error(`no words: ${text}`);
  return words;
}

/** Stages in order: `{ name, from, steps: [{ word, text, line }] }`. */
export function parse(text) {
  const stages = [];
  for (const { line, text: whole } of lines(text)) {
    const [, word, rest] = /^(\S+)\s+(.*)$/.exec(whole.trim()) ?? [];
    if (!KNOWN.has(word)) throw new Error(`Dockerfile line ${line}: ${word ?? whole} is not understood here`);
    if (word === 'FROM') {
      const [, from, name] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      if (from === undefined) throw new Error(`Dockerfile line ${line}: FROM ${rest} is not understood here`);
      stages.push({ from, name: name ?? `stage-${stages.length}`, line, steps: [] });
    } else {
      if (stages.length === 0)
        throw new Error(`Dockerfile line ${line}: ${word} stands before the first FROM`);
      stages.at(-1).steps.push({ word, text: rest, line });
    }
  }
  return stages;
}

/** What a COPY names: `{ stage, sources, target }`. */
export function copied({ text, line }) {
  const words = text.split(/\s+/);
  let stage = null;
  while (words[0]?.startsWith('--')) {
    const option = words.shift();
    if (!option.startsWith('--from='))
      throw new Error(`Dockerfile line ${line}: COPY ${option} is not understood here`);
    stage = option.slice('--from='.length);
  }
  const target = words.pop();
  if (words.length === 0) throw new Error(`Dockerfile line ${line}: COPY names no source`);
  return { stage, sources: words, target };
}

/** `NAME=value` pairs of an ENV. */
export function variables({ text, line }) {
  return text.split(/\s+/).map(pair => {
    const [, name, value] = /^([A-Za-z_]\w*)=("?)([^"]*)\2$/.exec(pair)?.filter((_, i) => i !== 2) ?? [];
    if (name === undefined) throw new Error(`Dockerfile line ${line}: ENV ${pair} is not understood here`);
    return [name, value];
  });
}

/** A rule of .dockerignore as an expression for whole paths: `*` ends at a slash, `**` does not. */
function rule(pattern) {
  const body = pattern
    .replace(/^\//, '')
    .replace(/\/$/, '')
    .split(/(\*\*\/|\*\*|\*)/)
    .map(
      part =>
        ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[part] ?? part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${body}(?:/.*)?$`);
}

/** Tells of each path below the context whether Docker would see it: the last rule that fits decides. */
export function ignorer(text) {
  const rules = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => ({ shown: line.startsWith('!'), fits: rule(line.replace(/^!/, '')) }));
  return path => rules.findLast(({ fits }) => fits.test(path))?.shown === false;
}
