// What is no protocol on standard input hurts nobody, and its end is the end.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

import { World } from '../docs/world.js';

const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

/**
 * Says all this at once, and waits for the end.
 * @param {World} world
 * @param {string} input
 */
async function say(world, input) {
  const child = spawn('fased', ['mcp', '-vv'], { env: world.env, timeout: 60_000 });
  let printed = '';
  let logged = '';
  child.stdout.setEncoding('utf8').on('data', chunk => {
    printed += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', chunk => {
    logged += chunk;
  });
  child.stdin.end(input);
  const code = await new Promise(resolve => child.on('close', code => resolve(code ?? -1)));
  const answers = printed
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
  return { code, answers, logged };
}

/** @param {object[]} messages */
const lines = (...messages) => messages.map(message => `${JSON.stringify(message)}\n`).join('');

test('noise, a line without measure and an early end lose nothing', async t => {
  const world = await World.start('none');
  t.after(() => world.remove());
  const ids = ({ answers }) => answers.map(({ id }) => id);
  const answered = ({ answers }) => ids({ answers: answers.filter(({ error }) => !error) });
  /** What could not be read, which is told as soon as it is seen. */
  const unread = ({ answers }) => ids({ answers: answers.filter(({ error }) => error?.code === -32700) });

  const quiet = await say(world, '');
  assert.deepEqual([quiet.code, quiet.answers], [0, []], quiet.logged);

  const noisy = await say(world, `npm notice\n{"half":\n\n${lines(HELLO)}more noise\n${lines(LIST)}`);
  assert.deepEqual([noisy.code, answered(noisy)], [0, [1, 2]], noisy.logged);
  assert.deepEqual(unread(noisy), [null, null, null]);

  const secret = 'a secret that nobody may read in a log';
  const text = secret + 'x'.repeat(5 * 1024 * 1024);
  const huge = {
    ...LIST,
    id: 3,
    method: 'tools/call',
    params: { name: 'send_message', arguments: { text } },
  };
  const long = await say(world, lines(HELLO, huge, LIST));
  assert.deepEqual([long.code, answered(long), unread(long)], [0, [1, 2], [3]]);

  const call = (id, text) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'send_message', arguments: { to: '+15551234567', text } },
  });
  const early = await say(world, lines(HELLO, call(3, secret)) + JSON.stringify(call(4, secret)));
  assert.equal(early.code, 0, early.logged);
  assert.deepEqual(ids(early).toSorted(), [1, 3, 4], 'also the last line, which had no end');
  for (const { logged } of [long, early]) assert.ok(!logged.includes(secret), 'what is said is not logged');

  const rude = await say(world, lines({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  assert.equal(rude.code, 2);
  assert.match(rude.logged, /did not begin with `initialize`\nnext: .*fased mcp --help/);
});
