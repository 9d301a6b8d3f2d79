// An endpoint for chat completions on loopback, which does what the question asks for: see README.md.

import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { 'delay-ms': { type: 'string', default: '0' } } });
const LOOPBACK = '127.0.0.1';
const MAX_BODY = 16 * 1024 * 1024;
/** Between two pieces of an answer. */
const PIECE_MS = 5;
const ENDLESS_MS = 20;

/** @type {{at_ms: number, model: string, stream: boolean, authorization?: string, messages: any[]}[]} */
const asked = [];
/** How often each question was asked: an error may be wished for the first time only. @type {Map<string, number>} */
const times = new Map();

const server = createServer((request, response) => {
  answer(request, response).catch(error => {
    process.stderr.write(`${error.stack}\n`);
    response.destroy();
  });
});

async function answer(request, response) {
  if (request.url === '/asked') return json(response, 200, { asked });
  if (request.method !== 'POST' || !request.url.endsWith('/chat/completions')) {
    return json(response, 404, { error: { message: `there is no ${request.method} ${request.url}` } });
  }
  const { model = '', messages = [], stream = false } = JSON.parse(await bodyOf(request));
  asked.push({ at_ms: Date.now(), model, stream, authorization: request.headers.authorization, messages });
  const question = textOf(messages.findLast(({ role }) => role === 'user'));
  const time = (times.get(question) ?? 0) + 1;
  times.set(question, time);
  const wish = wishOf(question, time);
  await pause(wish.slow ?? Number(values['delay-ms']));
  if (response.destroyed) return;
  if (wish.silent) return;
  if (wish.status) {
    if (wish.after !== undefined) response.setHeader('retry-after', String(wish.after));
    return json(response, wish.status, {
      error: { message: 'as the question wished', secret: 'stub-detail' },
    });
  }
  if (wish.tool) return speak(response, stream, [toolCall()], 'tool_calls');
  const text = wish.say ?? `You said: ${question}`;
  const pieces = (wish.reason ? thoughts() : []).concat(piecesOf(text).map(content => ({ content })));
  if (!stream) return speak(response, stream, pieces, 'stop');
  if (wish.garbage) return garbage(response);
  if (wish.cut) return cutOff(response, pieces);
  if (wish.endless) return endless(response);
  return speak(response, stream, pieces, 'stop');
}

/** What `stub:NAME` and `stub:NAME=VALUE` in a question ask for; `stub:once` limits it to the first time. */
function wishOf(question, time) {
  const wish = {};
  for (const [, name, value] of question.matchAll(/stub:([a-z]+)(?:=([^\s]+))?/g)) {
    wish[name] = value === undefined ? true : Number.isNaN(Number(value)) ? value : Number(value);
  }
  return wish.once && time > 1 ? {} : wish;
}

/** Reasoning as endpoints bring it: in a field of its own, and between tags in the text. */
function thoughts() {
  return [
    { reasoning_content: 'secret thought one' },
    { reasoning: 'secret thought two' },
    { content: '<thi' },
    { content: 'nk>secret thought three</think>\n\n' },
  ];
}

function toolCall() {
  const call = { name: 'open_door', arguments: '{"secret":"tool argument"}' };
  return { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] };
}

async function speak(response, stream, deltas, finish) {
  if (!stream) {
    const message = { role: 'assistant', content: '' };
    for (const { content = '', ...rest } of deltas) Object.assign(message, rest).content += content;
    return json(response, 200, { choices: [{ index: 0, message, finish_reason: finish }] });
  }
  begin(response);
  for (const delta of deltas) {
    event(response, delta);
    await pause(PIECE_MS);
  }
  event(response, {}, finish);
  response.end('data: [DONE]\n\n');
}

async function cutOff(response, pieces) {
  begin(response);
  for (const piece of pieces.slice(0, Math.max(1, pieces.length - 1))) {
    event(response, piece);
    await pause(PIECE_MS);
  }
  response.destroy();
}

async function endless(response) {
  begin(response);
  while (!response.destroyed) {
    event(response, { content: 'and on ' });
    await pause(ENDLESS_MS);
  }
}

function garbage(response) {
  begin(response);
  response.end('data: {"choices": [\n\ndata: secret garbage\n\n');
}

function begin(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function event(response, delta, finish = null) {
  const chunk = {
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

/** @returns {string[]} of a word each, which together are the text */
function piecesOf(text) {
  return String(text).match(/\s*\S+/g) ?? [''];
}

/** @returns {string} a message's text, whether it is written plainly or in parts */
function textOf(message) {
  const { content = '' } = message ?? {};
  if (typeof content === 'string') return content;
  return content
    .filter(({ type }) => type === 'text')
    .map(({ text }) => text)
    .join('\n');
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY) throw new Error('the question is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function pause(ms) {
  return new Promise(resolve => setTimeout(resolve, ms));
}

await new Promise(resolve => server.listen(0, LOOPBACK, () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://${LOOPBACK}:${port}/v1` })}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
process.stdin.on('close', () => process.exit(0));
