// The phone that a login is done with: it reads the code that the command line draws, as a camera would.

import { execFileSync } from 'node:child_process';

const LIGHT_ABOVE = '█▀';
const LIGHT_BELOW = '█▄';
const SCALE = 4;

/**
 * The text of the last QR code that is drawn in half blocks, or none.
 * @param {string} output
 * @returns {string | undefined}
 */
export function qrIn(output) {
  /** @type {string[]} */
  let code = [];
  /** @type {string[]} */
  let last = [];
  for (const line of output.split('\n')) {
    if (/^[█▀▄ ]{20,}$/.test(line)) {
      code.push(line);
      continue;
    }
    if (code.length > 10) last = code;
    code = [];
  }
  if (last.length === 0) return undefined;
  const rows = last.flatMap(line => [bits(line, LIGHT_ABOVE), bits(line, LIGHT_BELOW)]);
  const pixels = rows.flatMap(row => Array(SCALE).fill([...row].map(bit => bit.repeat(SCALE)).join('')));
  const image = `P1\n${pixels[0].length} ${pixels.length}\n${pixels.join('\n')}\n`;
  return execFileSync('zbarimg', ['--quiet', '--raw', '-'], { input: image, encoding: 'utf8' }).trim();
}

/** The code to type that is shown, or none. @param {string} output */
export function linkCodeIn(output) {
  return output.match(/\b([1-9A-HJ-NP-TV-Z]{4}-?[1-9A-HJ-NP-TV-Z]{4})\b/)?.[1].replace('-', '');
}

/**
 * In a bitmap 1 is black.
 * @param {string} line
 * @param {string} light
 */
function bits(line, light) {
  return [...line].map(char => (light.includes(char) ? '0' : '1')).join('');
}
