// The tables that the gateway's envelopes are tested with: here, what the sidecar makes of each row.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { proto } from 'baileys';
import { contentOf } from '../src/content.js';
import { secondsOf } from '../src/stanza.js';

/** As it comes off the wire: a decoded message has other defaults than a literal. @param {object} message */
const decoded = message =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish());

/** What a row leaves out is empty or null. @param {any} content */
const whole = ({ kind, media, ...content }) => ({
  text: null,
  mentions: [],
  quoted: null,
  detail: null,
  ...content,
  content: kind,
});

/** Without how it looks, which has a test of its own. @param {any} media */
const plain = media => media && { ...media, look: null };

for (const name of ['inbound', 'quotes']) {
  const file = new URL(`../../tests/cases/${name}.json`, import.meta.url);
  for (const { id, message, content, timestamp } of JSON.parse(readFileSync(file, 'utf8')).rows) {
    test(`${name}: ${id}`, () => {
      const found = contentOf(decoded(message));
      if (content === null) return assert.equal(found, undefined);
      assert(found);
      const { media, ...said } = found;
      assert.deepEqual(said, whole(content));
      assert.deepEqual(plain(media), plain(content.media ?? null));
      if (timestamp) assert.equal(secondsOf(timestamp.given), timestamp.seconds);
    });
  }
}
