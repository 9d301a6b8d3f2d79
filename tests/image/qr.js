// Reads a QR code as it stands on a terminal, in half blocks, with zbarimg.
import { spawnSync } from 'node:child_process';

const LIGHT = { '█': [1, 1], '▀': [1, 0], '▄': [0, 1], ' ': [0, 0] };
const SCALE = 6;

/** What the last whole code on a screen says; null while there is none. */
export function readQr(screen) {
  // The code before was wiped out when a new one was drawn.
  const now = screen.slice(screen.lastIndexOf('\x1b[J') + 1);
  const rows = now
    .replace(/^\[J/, '')
    .split(/\r?\n/)
    .filter(row => /^[█▀▄ ]{40,}$/.test(row));
  if (rows.length < 20) return null;
  const pixels = rows.flatMap(row => [0, 1].map(half => [...row].map(cell => LIGHT[cell][half])));
  const width = Math.max(...pixels.map(row => row.length)) * SCALE;
  const lines = pixels.flatMap(row => {
    const line = row.flatMap(light => Array(SCALE).fill(light ? 255 : 0));
    return Array(SCALE).fill(Buffer.from([...line, ...Array(width - line.length).fill(0)]));
  });
  const image = Buffer.concat([Buffer.from(`P5 ${width} ${lines.length} 255\n`), ...lines]);
  const read = spawnSync('zbarimg', ['--raw', '--quiet', '-Sdisable', '-Sqrcode.enable', '-'], {
    input: image,
    encoding: 'utf8',
  });
  if (read.error) throw new Error(`zbarimg does not run (package zbar-tools): ${read.error.message}`);
  return read.status === 0 ? read.stdout.trim() : null;
}
