// Which images of others a Dockerfile may begin from: new enough for what is compiled and run, and all of the same Debian.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN = /(?:^|[-.])(buster|bullseye|bookworm|trixie|forky|duke|sid)(?:-|$)/;

/** The least versions that this project names for itself: `{ rust: '1.95', node: '20.17' }`. */
export function leastVersions(root) {
  const read = path => readFileSync(join(root, path), 'utf8');
  const rust = /^rust-version = "([\d.]+)"$/m.exec(read('Cargo.toml'))?.[1];
  const node = /^>=([\d.]+)$/.exec(JSON.parse(read('package.json')).engines?.node)?.[1];
  if (rust === undefined) throw new Error('Cargo.toml names no rust-version any more');
  if (node === undefined) throw new Error('package.json names no engines.node of the form >=1.2 any more');
  return { rust, node };
}

/** A tag that leaves out later numbers stands for the newest of them. */
function atLeast(have, want) {
  const numbers = have.split('.').map(Number);
  for (const [index, least] of want.split('.').map(Number).entries()) {
    const number = numbers[index] ?? Number.POSITIVE_INFINITY;
    if (number !== least) return number > least;
  }
  return true;
}

/** What is wrong with the images, as `[line, what]`; stages that begin from an earlier one are not asked about. */
export function baseRules(stages, least) {
  const wrong = [];
  let first = null;
  for (const [index, { from, line }] of stages.entries()) {
    if (stages.slice(0, index).some(({ name }) => name === from)) continue;
    const [, path, tag = ''] = /^([^@]*?)(?::([^:/@]+))?(?:@.*)?$/.exec(from) ?? [];
    const name = path?.split('/').at(-1) ?? '';
    const want = Object.hasOwn(least, name) ? least[name] : null;
    const have = /^\d+(?:\.\d+)*/.exec(tag)?.[0];
    if (want !== null && (have === undefined || !atLeast(have, want)))
      wrong.push([line, `${from} is older than ${want}, or does not say; this project needs ${want}`]);
    const debian = DEBIAN.exec(tag)?.[1];
    if (debian === undefined) wrong.push([line, `${from} does not say of which Debian it is`]);
    else if (first !== null && debian !== first)
      wrong.push([line, `${from} is of another Debian than ${first}, of which the first stage is`]);
    first ??= debian ?? null;
  }
  return wrong;
}
