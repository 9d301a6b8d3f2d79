// The golden frames are also read by the gateway's tests: what is here is the wire.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contentOf } from '../src/content.js';
import { encodeFrame, parseFrame } from '../src/frames.js';
import { originOf, receiptOf, serverAnswer } from '../src/stanza.js';
import { closedBy, lidPairs } from '../src/translate.js';

/** @param {string} name */
const lines = name =>
  readFileSync(new URL(`../../tests/wire/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);

const SELF = { jid: '15550100001:3@s.whatsapp.net', lid: '100200300400500:3@lid' };
const ENDING = { opened: true, distrust: undefined, conflict: undefined, expireSeconds: undefined };

/** @param {Record<string, string>} attrs @param {object} message */
const messageEvent = (attrs, message) => {
  const origin = originOf({ tag: 'message', attrs }, SELF);
  const content = contentOf(message);
  assert(origin && content);
  return { type: /** @type {const} */ ('message'), origin, ...content };
};

/** Made with the functions that make the real ones, so that order and spelling of fields count. */
const made = {
  'event 1': () =>
    messageEvent(
      {
        id: '3EB0AA',
        from: '15550100002@s.whatsapp.net',
        sender_lid: '200300400500600@lid',
        notify: 'Bo',
        t: '1700000000',
        offline: '0',
      },
      { conversation: 'hello' },
    ),
  'event 2': () =>
    messageEvent(
      {
        id: '3EB0AB',
        from: '120363000000000001@g.us',
        participant: '200300400500600:4@lid',
        participant_pn: '15550100002@s.whatsapp.net',
        addressing_mode: 'lid',
        t: '1700000001',
      },
      {
        extendedTextMessage: {
          text: '@15550100001 hi',
          contextInfo: {
            mentionedJid: ['15550100001@s.whatsapp.net'],
            stanzaId: '3EB0AA',
            participant: '15550100001@s.whatsapp.net',
            quotedMessage: { conversation: 'hello' },
          },
        },
      },
    ),
  'event 3': () =>
    messageEvent(
      { id: '3EB0AC', from: '15550100002@s.whatsapp.net', t: '1700000002' },
      { imageMessage: { url: 'x' } },
    ),
  'event 5': () =>
    serverAnswer({
      tag: 'ack',
      attrs: { class: 'message', id: 'FA5ED0000000000001', from: '15550100002@s.whatsapp.net' },
    }),
  'event 6': () =>
    serverAnswer({
      tag: 'ack',
      attrs: { class: 'message', id: 'FA5ED0000000000002', from: '15550100002@s.whatsapp.net', error: '463' },
    }),
  'event 7': () =>
    receiptOf(
      { tag: 'receipt', attrs: { id: 'FA5ED0000000000001', from: '15550100002:7@s.whatsapp.net' } },
      SELF,
    ),
  'event 8': () => ({
    type: 'lid_mapping',
    pairs: lidPairs({ 15550100002: '200300400500600', '200300400500600_reverse': '15550100002' }),
  }),
  'closed 515': () => closedBy({ ...ENDING, status: 515, text: 'Stream Errored (restart required)' }),
  'closed 402': () => closedBy({ ...ENDING, status: 402, text: 'banned for a time', expireSeconds: 3600 }),
  'closed 401': () => closedBy({ ...ENDING, status: 401, text: 'Stream Errored (conflict)' }),
};

test('what the sidecar writes is the golden line, byte for byte', () => {
  let compared = 0;
  for (const line of lines('from-sidecar.jsonl')) {
    const golden = JSON.parse(line);
    const make = /** @type {Record<string, (() => any) | undefined>} */ (made)[
      `${golden.kind} ${golden.seq ?? golden.status}`
    ];
    const frame = !make
      ? golden
      : golden.kind === 'event'
        ? { kind: 'event', seq: golden.seq, event: make() }
        : { kind: 'closed', ...make() };
    assert.equal(encodeFrame(frame), line);
    if (make) compared += 1;
  }
  assert.equal(compared, Object.keys(made).length);
});

test('every golden line of the gateway is a frame of a known kind', () => {
  const kinds = lines('to-sidecar.jsonl').map(line => parseFrame(line)?.kind);
  assert.deepEqual([...new Set(kinds)].sort(), ['ack', 'found', 'request', 'shutdown', 'welcome']);
});

test('a line that is not a frame is told apart', () => {
  for (const line of ['', 'not json', '[]', 'null', '{"type":"x"}', '{"kind":3}'])
    assert.equal(parseFrame(line), undefined);
});

test('text cannot break a line, and lone surrogates do not reach the gateway', () => {
  const text = 'a\nb\r\n\u2028{"kind":"closed"}\u0000\ud800 and \udfff, but 🙂 stays';
  const line = encodeFrame({ kind: 'closed', reason: 'unknown', status: null, text, expires_s: null });
  assert(!line.includes('\n'));
  assert.equal(JSON.parse(line).text, text.toWellFormed());
});
