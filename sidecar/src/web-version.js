// Which version of WhatsApp's web client to claim to be. The library was released with one; WhatsApp
// refuses those it finds too old, and names its present one in a script that it serves to browsers.

import { DEFAULT_CONNECTION_CONFIG } from 'baileys';
import { log, nameOf } from './log.js';

/** @typedef {[number, number, number]} Version */

const SCRIPT = 'https://web.whatsapp.com/sw.js';
const REVISION = /\\?"client_revision\\?":\s*(\d{4,12})/;
const DEADLINE_MS = 5_000;
const MAX_SCRIPT_BYTES = 4 * 1024 * 1024;

/** Without these WhatsApp gives browsers' pages only. */
const HEADERS = {
  'sec-fetch-site': 'none',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
};

/**
 * @param {import('./protocol.gen.ts').WebVersion} wanted
 * @param {string | undefined} url of the websocket, if it is not WhatsApp's own
 * @returns {Promise<Version>}
 */
export async function chooseVersion(wanted, url) {
  const { version: pinned } = DEFAULT_CONNECTION_CONFIG;
  if (wanted === 'pinned') return pinned;
  if (wanted !== 'live') return wanted.exact;
  try {
    return [pinned[0], pinned[1], await servedRevision(url)];
  } catch (error) {
    log('warn', `the present version of WhatsApp could not be learned: ${nameOf(error)}`);
    return pinned;
  }
}

/** @param {string | undefined} url */
async function servedRevision(url) {
  const response = await fetch(url === undefined ? SCRIPT : scriptBeside(url), {
    headers: HEADERS,
    redirect: 'error',
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (!response.ok || !response.body) throw new Error('no script');
  let script = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    script += decoder.decode(chunk, { stream: true });
    if (script.length > MAX_SCRIPT_BYTES) break;
  }
  const revision = Number(REVISION.exec(script)?.[1]);
  if (!Number.isSafeInteger(revision)) throw new Error('no revision in it');
  return revision;
}

/** @param {string} url of a websocket */
function scriptBeside(url) {
  const script = new URL('/sw.js', url);
  script.protocol = script.protocol === 'wss:' ? 'https:' : 'http:';
  return script;
}
