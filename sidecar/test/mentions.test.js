// The table that the gateway's decision is tested with: here, what the sidecar makes of each row.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { proto } from 'baileys';
import { contentOf } from '../src/content.js';

const { rows } = JSON.parse(
  readFileSync(new URL('../../tests/cases/mentions.json', import.meta.url), 'utf8'),
);

/** As it comes off the wire: a decoded message has other defaults than a literal. @param {object} message */
const decoded = message =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish());

test('each row of the table is a message of its own', () => {
  assert.equal(new Set(rows.map((/** @type {any} */ row) => row.id)).size, 42);
});

for (const { id, message, content } of rows) {
  test(`${id}: text, mentions and what is quoted`, () => {
    const found = contentOf(decoded(message));
    assert(found);
    const quoted = found.quoted && { id: found.quoted.id, sender: found.quoted.sender };
    const { content: kind, text, mentions } = found;
    assert.deepEqual({ kind, text, mentions, quoted }, content);
  });
}

const OWN = '15550100001@s.whatsapp.net';
const BO = '15550100002@s.whatsapp.net';

test('every wrapper that holds a message is looked through', () => {
  const inside = { extendedTextMessage: { text: 'hi', contextInfo: { mentionedJid: [OWN] } } };
  const wrappers = Object.entries(proto.Message.prototype)
    .map(([name]) => name)
    .filter(name => {
      if (name === 'protocolMessage') return false;
      const wrapped = /** @type {any} */ (decoded({ [name]: { message: inside } }))[name]?.message;
      return wrapped?.extendedTextMessage;
    });
  assert(wrappers.length >= 20, wrappers.join());
  for (const name of wrappers) {
    const found = contentOf(decoded({ [name]: { message: inside } }));
    assert.deepEqual([found?.content, found?.text, found?.mentions], ['text', 'hi', [OWN]], name);
  }
});

test('somebody is mentioned once, and what a quoted message mentions is not mentioned again', () => {
  const contextInfo = {
    mentionedJid: [OWN, OWN.replace('@', ':9@'), BO],
    stanzaId: 'M',
    quotedMessage: { extendedTextMessage: { text: 'x', contextInfo: { mentionedJid: ['1@lid'] } } },
  };
  assert.deepEqual(contentOf(decoded({ extendedTextMessage: { text: 'y', contextInfo } }))?.mentions, [
    OWN,
    BO,
  ]);
});

test('mentions may be beside the picture or the card that they belong to', () => {
  const contextInfo = { mentionedJid: [OWN] };
  const cards = [{ body: { text: 'one' } }, { body: { text: 'two' }, contextInfo }];
  for (const message of [
    { buttonsMessage: { contentText: 'x', imageMessage: { contextInfo } } },
    { interactiveMessage: { carouselMessage: { cards } } },
    { templateMessage: { hydratedTemplate: { hydratedContentText: 'x', videoMessage: { contextInfo } } } },
  ])
    assert.deepEqual(contentOf(decoded(message))?.mentions, [OWN], JSON.stringify(message));
});

test('a message made to be walked for ever, and one that mentions a crowd, end', () => {
  let deep = /** @type {any} */ ({ text: 'x' });
  for (let at = 0; at < 50; at++) deep = { header: deep };
  assert.deepEqual(contentOf(/** @type {any} */ ({ interactiveMessage: deep }))?.mentions, []);
  const mentionedJid = Array.from({ length: 5_000 }, (_, at) => `${at}@lid`);
  const crowd = contentOf({ extendedTextMessage: { text: 'x', contextInfo: { mentionedJid } } });
  assert.equal(crowd?.mentions.length, 1_024);
});
