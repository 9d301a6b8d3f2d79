// Finds Chromium, starts one for all tests of a file, and says what to do where there is none.

import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_MACOS = ['Chromium', 'Google Chrome'].map(
  name => `/Applications/${name}.app/Contents/MacOS/${name}`,
);
/** No sandbox, because in containers and as root there is none to be had; it opens nothing but our own page. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PATIENCE_MS = 60_000;

export const MISSING =
  'Chromium is missing. Get it: apt-get install chromium on Debian, brew install --cask chromium on macOS, ' +
  'or name one that is there: FASED_CHROMIUM=/path/to/chromium';

/** @returns {string | undefined} the program; one that is named but not there is an error of who named it */
export function chromiumPath() {
  const named = process.env.FASED_CHROMIUM;
  const names = named ? [named] : [...NAMES, ...ON_MACOS];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  const paths = names.flatMap(name =>
    isAbsolute(name) ? [name] : folders.map(folder => join(folder, name)),
  );
  const found = paths.find(isProgram);
  if (named && !found) throw new Error(`FASED_CHROMIUM names ${named}, which cannot be run`);
  return found;
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @type {Promise<import('playwright-core').Browser> | undefined} */
let running;

/** The one of this file, started by the first test that needs it. */
export function browser() {
  running ??= chromium.launch({ executablePath: chromiumPath(), args: FLAGS, timeout: PATIENCE_MS });
  return running;
}

export async function endBrowser() {
  const ending = running;
  running = undefined;
  await (await ending)?.close();
}
