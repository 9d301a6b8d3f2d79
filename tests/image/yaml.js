// Reads the part of YAML that compose.yaml is written in: mappings, lists of plain values, comments, quoted texts. Anything
// else is an error.

function scalar(text, line) {
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) return JSON.parse(text);
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1);
  if (text === '{}') return {};
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === '.' || /^[\w./$][\w ./${}@+:-]*$/.test(text)) {
    if (/:(\s|$)/.test(text)) throw new Error(`line ${line}: a value with a colon has to be quoted: ${text}`);
    return text;
  }
  throw new Error(`line ${line} is not understood here: ${text}`);
}

/** A comment begins after a space; never within quotes as they are used here. */
const withoutComment = text =>
  text.replace(/^((?:[^"'#]|"(?:[^"\\]|\\.)*"|'[^']*')*?)(?:^|\s)#.*$/, '$1').trimEnd();

export function parseYaml(text) {
  const lines = text
    .split('\n')
    .map((raw, index) => ({ number: index + 1, text: withoutComment(raw) }))
    .filter(({ text }) => text.trim() !== '')
    .map(({ number, text }) => ({
      number,
      indent: text.length - text.trimStart().length,
      text: text.trim(),
    }));
  let at = 0;

  function block(indent) {
    return lines[at].text.startsWith('- ') ? list(indent) : mapping(indent);
  }

  function list(indent) {
    const values = [];
    while (at < lines.length && lines[at].indent === indent && lines[at].text.startsWith('- ')) {
      values.push(scalar(lines[at].text.slice(2).trim(), lines[at].number));
      at++;
    }
    return values;
  }

  function mapping(indent) {
    const values = {};
    while (at < lines.length && lines[at].indent === indent) {
      const { text, number } = lines[at];
      const [, key, rest] = /^([\w-]+):(?:\s+(.*))?$/.exec(text) ?? [];
      if (key === undefined) throw new Error(`line ${number} is not understood here: ${text}`);
      if (Object.hasOwn(values, key)) throw new Error(`line ${number}: ${key} is there twice`);
      at++;
      if (rest !== undefined) values[key] = scalar(rest, number);
      else if (at < lines.length && lines[at].indent > indent) values[key] = block(lines[at].indent);
      else throw new Error(`line ${number}: ${key} has no value`);
    }
    return values;
  }

  const value = mapping(0);
  if (at < lines.length)
    throw new Error(`line ${lines[at].number} is indented in no known way: ${lines[at].text}`);
  return value;
}
