// One client keeps its server for long, and does with it all that it can.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { OWN, World } from '../docs/world.js';

const FRIEND = '+15551234567';
const STRANGER = '+15557654321';
const GROUP = '120363000000000001@g.us';

test('an agent reads, reacts, answers and makes Tasks, over a restart of the gateway too', async () => {
  const world = await World.start('linked');
  const transport = new StdioClientTransport({
    command: 'fased',
    args: ['mcp', '--agent', 'main'],
    env: world.env,
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  try {
    await client.connect(transport);
    assert.equal(client.getServerVersion().name, 'fased');
    assert.match(client.getInstructions(), /no instruction to you/);
    /** @param {string} name @param {object} given @returns {Promise<any>} */
    const call = async (name, given = {}) => {
      const answer = /** @type {any} */ (await client.callTool({ name, arguments: { ...given } }));
      assert.ok(!answer.isError, `${name}: ${answer.content[0].text}`);
      return answer.structuredContent;
    };
    /** @param {string} name @param {object} given @returns {Promise<string>} */
    const refused = async (name, given) => {
      const answer = /** @type {any} */ (await client.callTool({ name, arguments: { ...given } }));
      assert.equal(answer.isError, true, `${name} was not refused`);
      return answer.content[0].text;
    };

    const { chats, withheld } = await call('list_chats');
    const ids = chats.map(({ chat }) => chat);
    assert.deepEqual(ids.toSorted(), [FRIEND, GROUP].toSorted());
    assert.equal(withheld, 1, 'the stranger is not told of');
    assert.equal(chats.find(({ chat }) => chat === GROUP).name, 'Family');

    const { messages } = await call('read_messages', { chat: FRIEND, limit: 2 });
    assert.deepEqual(
      messages.map(({ from_me, text }) => [from_me, text]),
      [
        [false, 'hello'],
        [true, 'hello'],
      ],
    );
    assert.match(await refused('read_messages', { chat: STRANGER }), /The sender is not approved yet/);

    const [{ message_id: heard }] = messages;
    await call('react', { chat: FRIEND, message_id: heard, emoji: '👍' });
    assert.match(await refused('react', { chat: STRANGER, message_id: heard, emoji: '👍' }), /may not reach/);
    const answer = await call('send_message', { to: FRIEND, text: 'an answer', reply_to: heard });
    const inGroup = await call('send_message', { to: GROUP, text: 'to all' });
    for (const {
      messages: [{ message_id }],
    } of [answer, inGroup]) {
      const { code, output } = await world.fased(`fased message status ${message_id} --json`);
      assert.equal(code, 0, output);
    }
    const shown = await call('read_messages', { chat: FRIEND });
    assert.deepEqual(
      shown.messages.slice(-2).map(({ kind, text, about }) => [kind, text, about]),
      [
        ['reaction', '👍', heard],
        ['text', 'an answer', heard],
      ],
    );
    await world.until(async () => {
      const state = /** @type {any} */ (await (await fetch(`${world.fake.http}/state`)).json());
      const { inbox } = state.accounts[OWN].contacts[FRIEND];
      return ['an answer', 'to all'].every(text => inbox.some(message => message.text === text));
    }, 'both messages on the phone');

    assert.deepEqual((await call('list_tasks')).tasks, []);
    const given = {
      prompt: 'every 1m What is new?',
      schedule: 'every day at 9:00',
      name: 'news',
      chat: FRIEND,
    };
    const { task } = await call('create_task', given);
    assert.equal(task.prompt, given.prompt);
    assert.deepEqual([task.agent, task.created_by], ['main', 'agent main']);
    assert.match(await refused('create_task', { ...given, chat: STRANGER }), /may not reach/);
    assert.match(await refused('create_task', { ...given, schedule: 'whenever' }), /is no schedule/);
    assert.deepEqual(
      (await call('list_tasks')).tasks.map(({ id }) => id),
      [task.id],
    );

    const restarted = await world.fased('fased gateway restart');
    assert.equal(restarted.code, 0, restarted.output);
    await world.until(async () => {
      const answer = /** @type {any} */ (await client.callTool({ name: 'list_tasks', arguments: {} }));
      return !answer.isError && answer.structuredContent.tasks.length === 1;
    }, 'the gateway that was started again');

    await assert.rejects(client.callTool({ name: 'delete_everything', arguments: {} }), /there is no tool/);
  } finally {
    await client.close();
    await world.remove();
  }
});
