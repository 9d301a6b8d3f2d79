// Our sender key in a group stays small, and those of others keep what may still be needed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mendSenderKeys } from '../src/sender-key-mend.js';
import { groupParty } from './helpers/group-party.js';

async function speakerAndListener() {
  const [bo, me] = [groupParty(), groupParty()];
  await me.learn(await bo.distribution());
  return { bo, me };
}

/** @param {ReturnType<typeof groupParty>} party */
function kept(party) {
  return party.state()?.getStructure().senderMessageKeys.length;
}

test('our own key keeps nothing, and loses what was kept before', async () => {
  const { bo, me } = await speakerAndListener();
  const messages = [];
  for (let i = 0; i < 5; i++) messages.push(await bo.say(`${i}`));
  assert.equal(kept(bo), 4, 'the library no longer keeps what it skips: this mend can go');
  mendSenderKeys();
  for (let i = 5; i < 10; i++) messages.push(await bo.say(`${i}`));
  assert.equal(kept(bo), 0);
  const read = [];
  for (const message of messages) read.push(await me.read(message));
  assert.equal(read.join(''), '0123456789');
});

test('messages of others are read in any order', async () => {
  mendSenderKeys();
  const { bo, me } = await speakerAndListener();
  const messages = [];
  for (let i = 0; i < 4; i++) messages.push(await bo.say(`${i}`));
  const read = [];
  for (const message of messages.reverse()) read.push(await me.read(message));
  assert.equal(read.join(''), '3210');
});
