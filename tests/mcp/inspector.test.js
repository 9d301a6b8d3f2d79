// The protocol's own client lists the tools, and calls them, with a gateway and without one.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { OWN, World } from '../docs/world.js';
import { callTool, inspect } from './inspector.js';

const FRIEND = '+15551234567';
const STRANGER = '+15557654321';
const GROUP = '120363000000000001@g.us';

/** What a phone has got. @param {World} world @param {string} phone */
async function inbox(world, phone) {
  const state = /** @type {any} */ (await (await fetch(`${world.fake.http}/state`)).json());
  return state.accounts[OWN].contacts[phone].inbox;
}

test('without a gateway the tools are listed, and a call names the command that starts one', async () => {
  const world = await World.start('none');
  try {
    const { code, result, said } = await inspect(world, [], 'tools/list');
    assert.equal(code, 0, said);
    assert.deepEqual(
      result.tools.map(tool => tool.name),
      ['send_message', 'react', 'list_chats', 'read_messages', 'list_tasks', 'create_task'],
    );
    for (const tool of result.tools) {
      assert.ok(tool.description.length > 20 && tool.title, tool.name);
      assert.equal(tool.inputSchema.additionalProperties, false, tool.name);
      assert.equal(tool.annotations.readOnlyHint, /^(list|read)_/.test(tool.name), tool.name);
    }
    const answer = await callTool(world, 'send_message', { to: FRIEND, text: 'hello' });
    assert.equal(answer.isError, true);
    assert.match(answer.content[0].text, /no gateway runs.*\nnext: start it: fased gateway run/);
  } finally {
    await world.remove();
  }
});

test('a message reaches the phone, once under one key, and a chat that policy forbids is refused', async () => {
  const world = await World.start('linked');
  try {
    const given = { to: FRIEND, text: 'written by **an agent**', key: 'first' };
    const sent = await callTool(world, 'send_message', given);
    assert.ok(!sent.isError, sent.content[0].text);
    const [{ message_id: id, state }] = sent.structuredContent.messages;
    assert.equal(state, 'queued');
    const arrived = async () => (await inbox(world, FRIEND)).filter(message => message.id === id);
    await world.until(() => arrived().then(found => found.length === 1), 'the message on the phone');
    assert.equal((await arrived())[0].text, 'written by *an agent*');

    const again = await callTool(world, 'send_message', given);
    assert.equal(again.structuredContent.repeated, true);
    assert.equal(again.structuredContent.messages[0].message_id, id);
    assert.notEqual(again.structuredContent.messages[0].state, 'queued');
    const elsewhere = await callTool(world, 'send_message', { ...given, to: GROUP });
    assert.equal(elsewhere.isError, true);
    assert.match(elsewhere.content[0].text, /another chat/);

    const before = (await inbox(world, STRANGER)).length;
    const refused = await callTool(world, 'send_message', { to: STRANGER, text: 'hello' });
    assert.equal(refused.isError, true);
    const told = refused.content[0].text;
    assert.match(told, /agents may not reach \+15557654321 by account default/);
    assert.match(told, /The sender is not approved yet\./);
    assert.match(told, /\nnext: run: fased pairing approve whatsapp --sender \+15557654321/);
    const queue = await world.json(`fased outbox list --chat ${STRANGER} --json`);
    assert.ok(
      queue.messages.every(message => message.purpose === 'pairing'),
      JSON.stringify(queue),
    );
    assert.equal((await inbox(world, STRANGER)).length, before, 'nothing was sent');

    // A person may write where agents may not.
    const { code, output } = await world.fased(`fased message send --target ${FRIEND} --text hi --key first`);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, new RegExp(id), 'keys of agents are none of the owner');

    const strange = await inspect(world, ['--agent', 'nobody'], 'tools/call', ['--tool-name', 'list_chats']);
    assert.match(strange.result.content[0].text, /there is no agent nobody; there are: main/);
    const wrong = await inspect(world, [], 'tools/call', [
      '--tool-name',
      'read_messages',
      '--tool-arg',
      `chat=${FRIEND}`,
      'limit=51',
    ]);
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.said, /limit: it has to be a whole number from 1 to 50/);
  } finally {
    await world.remove();
  }
});
