// The types of the page are written by hand, so they are held against the Rust that they are of.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const protocol = new URL('../../../protocol/src/', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, protocol), 'utf8');
const rust = ['control.rs', ...readdirSync(new URL('control/', protocol)).map(name => `control/${name}`)]
  .map(read)
  .join('\n');
const types = readFileSync(new URL('../types.d.ts', import.meta.url), 'utf8').replace(
  /\/\*\*[\s\S]*?\*\//g,
  '',
);

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {boolean} needed a request without it is refused
 */

/**
 * The fields of a body in Rust, without those that are flattened into it.
 * @param {string} body
 * @returns {Field[]}
 */
function rustFields(body) {
  return body.split(/\n\s*\/\/\/[^\n]*/).flatMap(part => {
    const found = /\n\s*(?:pub )?([a-z_]+): ([^\n]+)/.exec(part);
    if (found === null || part.includes('serde(flatten)')) return [];
    return [{ name: found[1], needed: !part.includes('serde(default') && !found[2].startsWith('Option<') }];
  });
}

/** @type {Map<string, Field[]>} */
const structs = new Map(
  [...rust.matchAll(/^pub struct (\w+) \{\n([\s\S]*?)\n\}/gm)].map(([, name, body]) => [
    name,
    rustFields(`\n${body}`),
  ]),
);

/**
 * The names of the fields of a type in TypeScript, without those of types within it.
 * @param {string} body
 */
function fields(body) {
  let flat = body;
  while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, 'object');
  return [...flat.matchAll(/(?:^|[;\n])\s*([a-z_]+)\??:/g)].map(([, name]) => name);
}

test('an answer has in the page the fields that it has in Rust', () => {
  let compared = 0;
  for (const [, name, body] of types.matchAll(
    /^export interface (\w+)[^{]*\{([\s\S]*?)\}\n(?=\n|export|$)/gm,
  )) {
    const known = structs.get(name);
    if (known === undefined) continue;
    assert.deepEqual(fields(body).sort(), known.map(field => field.name).sort(), name);
    compared += 1;
  }
  assert.ok(compared >= 15, `${compared} types were compared`);
});

test('a request of the page is one that Rust reads', () => {
  const variants = /pub enum ControlRequest \{([\s\S]*?)\n\}/.exec(rust)?.[1] ?? '';
  /** @type {Map<string, Field[]>} */
  const verbs = new Map();
  for (const [, name, body, boxed] of variants.matchAll(
    /^ {4}([A-Z]\w+)(?: \{\n([\s\S]*?)\n {4}\}|\((?:Box<)?(\w+)>?\))?,/gm,
  )) {
    const verb = name.replace(/(?!^)[A-Z]/g, letter => `_${letter}`).toLowerCase();
    verbs.set(verb, boxed === undefined ? rustFields(`\n${body ?? ''}`) : (structs.get(boxed) ?? []));
  }
  const requests = /export type ControlRequest =([\s\S]*?);\n\n/.exec(types)?.[1] ?? '';
  let compared = 0;
  for (const [, body] of requests.matchAll(/\| \{ (verb: [\s\S]*?) \}(?=\n|$)/g)) {
    const [named, ...rest] = body.split(';');
    const sent = fields(`;${rest.join(';')}`);
    for (const [, verb] of named.matchAll(/'(\w+)'/g)) {
      const taken = verbs.get(verb);
      assert.ok(taken !== undefined, `there is no verb ${verb}`);
      const names = taken.map(field => field.name);
      assert.deepEqual(
        sent.filter(name => !names.includes(name)),
        [],
        `${verb} is sent what it does not know`,
      );
      const missing = taken.filter(field => field.needed && !sent.includes(field.name));
      assert.deepEqual(missing, [], `${verb} misses what it needs`);
      compared += 1;
    }
  }
  assert.ok(compared >= 25, `${compared} verbs were compared`);
});
