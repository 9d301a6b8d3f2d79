// Tries one block of a page in a world, as its notes say.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { told } from './markdown.js';
import { linkCodeIn, qrIn } from './phone.js';
import { Running } from './shell.js';

/**
 * @import { Block } from './markdown.js'
 * @import { World } from './world.js'
 */

/**
 * Throws where a block does not do what its page says.
 * @param {Block} block
 * @param {World} world
 */
export async function tryBlock(block, world) {
  for (const what of told(block, 'writes')) {
    const [, from, , group, text] = what.match(/^(\+\d+) (in (\S+) )?(.*)$/) ?? [];
    if (!from) throw new Error(`"writes: ${what}"; write: writes: +15551234567 TEXT`);
    await world.writes(from, text, group);
  }
  const text = await filled(block, block.text, world);
  const [file] = told(block, 'file');
  if (file) {
    mkdirSync(dirname(world.path(file)), { recursive: true, mode: 0o700 });
    writeFileSync(world.path(file), text, { mode: block.lang === 'json5' ? 0o600 : 0o755 });
  }
  switch (block.lang) {
    case 'sh':
      return file ? undefined : runs(block, text, world);
    case 'json5':
      return isConfig(text, file, world);
    case 'json':
      for (const line of oneOrMany(text)) JSON.parse(line);
      return undefined;
    default:
      return undefined;
  }
}

/** A document, or one in each line. @param {string} text */
function oneOrMany(text) {
  const lines = text.trim().split('\n');
  return lines.every(line => line.startsWith('{') && line.endsWith('}')) ? lines : [text];
}

/**
 * Words that stand for something, such as a code, are replaced by what they are here: `let: CODE = PATH of COMMAND`, where
 * the path leads through what the command prints as JSON, or `let: HASH = "TEXT" of COMMAND` for the word after a text.
 * @param {Block} block
 * @param {string} text
 * @param {World} world
 */
async function filled(block, text, world) {
  for (const rule of told(block, 'let')) {
    const [, name, path, command] = rule.match(/^(\S+) = ("[^"]+"|\S+) of (.+)$/) ?? [];
    if (!command)
      throw new Error(`"let: ${rule}"; write: let: CODE = pending.0.code of fased pairing list --json`);
    const value = await found(path, command, world);
    const filledIn = text.replace(
      new RegExp(`(?<![\\w-])${name.replace(/[.:/]/g, '\\$&')}(?![\\w-])`, 'g'),
      value,
    );
    if (filledIn === text) throw new Error(`"let: ${rule}": the block has no ${name}`);
    text = filledIn;
  }
  return text;
}

/**
 * @param {string} path
 * @param {string} command
 * @param {World} world
 * @returns {Promise<string>}
 */
async function found(path, command, world) {
  const { code, output, printed } = await world.fased(command);
  if (code !== 0) throw new Error(`this failed: ${command}\n${output}`);
  const value = path.startsWith('"')
    ? printed.split(path.slice(1, -1))[1]?.trim().split(/\s/)[0]
    : path.split('.').reduce((value, key) => value?.[key], JSON.parse(printed));
  if (!value) throw new Error(`there is no ${path} in what this prints: ${command}\n${printed}`);
  return String(value);
}

/**
 * @param {Block} block
 * @param {string} text
 * @param {World} world
 */
async function runs(block, text, world) {
  const [background] = told(block, 'background');
  if (background) {
    const running = world.start(text, told(block, 'types'));
    await running.until(() => (running.output.includes(background) ? true : undefined), `"${background}"`);
    return;
  }
  const running = new Running(text, { cwd: world.home, env: world.env });
  for (const phone of told(block, 'scans')) {
    await world.post('/phones', { phone });
    await login(running, phone, world, /--phone-code/.test(text));
  }
  const code = await running.end();
  const [expected = '0'] = told(block, 'exit');
  if (String(code) !== expected) {
    throw new Error(`exit code ${code} instead of ${expected}; it printed:\n${running.output}`);
  }
  for (const part of told(block, 'prints')) {
    if (!running.output.includes(part))
      throw new Error(`it did not print "${part}", but:\n${running.output}`);
  }
}

/**
 * @param {Running} running
 * @param {string} phone
 * @param {World} world
 * @param {boolean} isTyped
 */
async function login(running, phone, world, isTyped) {
  if (isTyped) {
    const code = await running.until(() => linkCodeIn(running.output), 'a code to type');
    await world.post('/link_code', { phone, code });
  } else {
    const qr = await running.until(() => qrIn(running.output), 'a code to scan');
    await world.post('/scan', { phone, qr });
  }
}

/**
 * @param {string} text
 * @param {string | undefined} file
 * @param {World} world
 */
async function isConfig(text, file, world) {
  const name = file ?? '.fased/of-a-page.json5';
  writeFileSync(world.path(name), text, { mode: 0o600 });
  const { code, output } = await world.fased(`fased config validate --config '${world.path(name)}'`);
  if (code !== 0) throw new Error(`it is no valid config:\n${output}`);
}
