// What a question may wish of the agent, one function each.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeSync } from 'node:fs';

/** Between two words of an answer. */
const WORD_MS = 2;
const LONG_LINE = 9 * 1024 * 1024;

export function pause(ms) {
  return new Promise(resolve => setTimeout(resolve, ms));
}

/** What `acp:NAME` and `acp:NAME=VALUE` in a question ask for, in this order. */
export function wishesOf(question) {
  return [...question.matchAll(/acp:([a-z-]+)(?:=([^\s]+))?/g)].map(([, name, value]) => ({ name, value }));
}

/** @returns {Promise<string>} why the turn ended */
export async function doAsWished(turn, wishes) {
  let stopReason = 'end_turn';
  for (const { name, value } of wishes) {
    const wish = WISHES[name];
    if (!wish) throw new Error(`nobody knows acp:${name}`);
    stopReason = (await wish(turn, value)) ?? stopReason;
  }
  if (wishes.length === 0) await speak(turn, `You said: ${turn.asked}`);
  return stopReason;
}

async function speak(turn, words) {
  for (const word of words.match(/\s*\S+/g) ?? []) {
    await turn.say(word);
    await pause(WORD_MS);
  }
}

const OPTIONS = [
  { optionId: 'allow', name: 'Allow', kind: 'allow_once' },
  { optionId: 'allow-always', name: 'Always allow', kind: 'allow_always' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
];

/** The first is a no, and ids say nothing of what they mean. */
const ODD = [
  { optionId: 'option-1', name: 'Never', kind: 'reject_always' },
  { optionId: 'option-2', name: 'Always', kind: 'allow_always' },
  { optionId: 'option-3', name: 'Not now', kind: 'reject_once' },
  { optionId: 'option-4', name: 'Go ahead', kind: 'allow_once' },
];

const YES_ONLY = OPTIONS.filter(({ kind }) => kind.startsWith('allow'));

let calls = 0;

/** @returns {Promise<string>} the id that was chosen, or that nothing was */
async function ask(turn, title, options) {
  calls += 1;
  const toolCall = { toolCallId: `call-${calls}`, title, kind: 'execute', status: 'pending' };
  const { outcome } = await turn.ask(options, toolCall);
  return outcome.outcome === 'selected' ? outcome.optionId : outcome.outcome;
}

const WISHES = {
  say: (turn, value) => speak(turn, value.replaceAll('_', ' ')),
  slow: (_turn, value) => pause(Number(value)),
  stop: (_turn, value) => value,
  async ask(turn, value = 'Run_make_install') {
    await speak(turn, `permission: ${await ask(turn, value.replaceAll('_', ' '), OPTIONS)}`);
  },
  async odd(turn) {
    await speak(turn, `permission: ${await ask(turn, 'Open the door', ODD)}`);
  },
  async 'yes-only'(turn) {
    await speak(turn, `permission: ${await ask(turn, 'Open the door', YES_ONLY)}`);
  },
  async both(turn) {
    const outcomes = await Promise.all([ask(turn, 'first', OPTIONS), ask(turn, 'second', OPTIONS)]);
    await speak(turn, `permissions: ${outcomes.join(' ')}`);
  },
  async leave(turn) {
    // The turn ends although nobody has answered.
    ask(turn, 'Open the door', OPTIONS).catch(() => {});
    await pause(50);
    await speak(turn, 'never mind');
  },
  die(_turn, value = '3') {
    for (let line = 1; line <= Number(value); line += 1) writeSync(2, `something is wrong ${line}\n`);
    process.kill(process.pid, 'SIGKILL');
    return pause(10_000);
  },
  exit(_turn, value) {
    writeSync(2, 'I am leaving\n');
    process.exit(Number(value));
  },
  async unknown(turn) {
    await turn.update({ sessionUpdate: 'weather_report', sky: 'secret clouds' });
    await turn.update({
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'smell', of: 'secret roses' },
    });
    await turn.notify('_weather/changed', { sky: 'secret clouds' });
    const refused = await turn.request('_weather/ask', {}).catch(({ code }) => code);
    await speak(turn, `refused: ${refused}`);
  },
  async noise(turn) {
    for (const line of [
      'npm notice secret news',
      '',
      '[1,2]',
      '"secret"',
      '{"jsonrpc":"2.0"',
      '{"secret":1}',
    ]) {
      process.stdout.write(`${line}\n`);
    }
    await speak(turn, 'all the same');
  },
  async long(turn) {
    process.stdout.write(
      `{"jsonrpc":"2.0","method":"_long","params":{"secret":"${'x'.repeat(LONG_LINE)}"}}\n`,
    );
    await turn.say('after the long line');
  },
  async hang(turn) {
    await turn.say('waiting');
    if (!turn.stopped.aborted) await once(turn.stopped, 'abort');
  },
  async deaf(turn) {
    await turn.say('waiting');
    await new Promise(() => {});
  },
  async flood(turn, value) {
    for (let count = 0; count < Number(value); count += 1) await turn.say('flood ');
  },
  async child(turn) {
    const child = spawn('sleep', ['300'], { stdio: 'ignore' });
    await turn.say(`child ${child.pid}`);
  },
  async think(turn) {
    await turn.update({
      sessionUpdate: 'agent_thought_chunk',
      content: { type: 'text', text: 'secret thought' },
    });
  },
  async kinds(turn) {
    for (const content of [
      { type: 'image', data: 'c2VjcmV0', mimeType: 'image/png' },
      { type: 'audio', data: 'c2VjcmV0', mimeType: 'audio/ogg' },
      { type: 'resource_link', name: 'notes.txt', uri: 'file:///tmp/notes.txt' },
      { type: 'resource', resource: { uri: 'file:///tmp/secret.txt', text: 'secret' } },
    ]) {
      await turn.update({ sessionUpdate: 'agent_message_chunk', content });
    }
  },
  async tool(turn) {
    const call = { toolCallId: 'call-0', title: 'Reading\nmain.rs', kind: 'read', status: 'pending' };
    await turn.update({ sessionUpdate: 'tool_call', ...call });
    await turn.update({ sessionUpdate: 'tool_call_update', toolCallId: 'call-0', status: 'in_progress' });
    await turn.update({ sessionUpdate: 'tool_call_update', toolCallId: 'call-0', title: 'Reading lib.rs' });
    await turn.update({
      sessionUpdate: 'plan',
      entries: [
        { content: 'Look', priority: 'high', status: 'completed' },
        { content: 'Write it', priority: 'medium', status: 'in_progress' },
        { content: 'Try it', priority: 'low', status: 'pending' },
      ],
    });
  },
  /** Tells all of the prompt but this question, as JSON. */
  async told(turn) {
    await turn.say(
      JSON.stringify(turn.blocks, (key, value) => (key === 'data' ? `${value.length} characters` : value)),
    );
  },
  async servers(turn) {
    await turn.say(JSON.stringify(turn.session.servers));
  },
  async where(turn) {
    await turn.say(`${turn.session.cwd} ${process.cwd()}`);
  },
  async env(turn, value) {
    await turn.say(`${value}=${process.env[value] ?? ''}`);
  },
  /** Tells which process this is, which session and which turn of it, and how the session came to be here. */
  async which(turn) {
    const { id, turns, how } = turn.session;
    await turn.say(`pid ${process.pid} ${id} turn ${turns.length + 1} ${how}`);
  },
};
