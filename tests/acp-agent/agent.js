// An agent that speaks the Agent Client Protocol on its stdio, and does what the question asks for: see README.md.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { agent, methods, ndJsonStream, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk';
import { doAsWished, pause, wishesOf } from './wishes.js';

const { values } = parseArgs({
  options: {
    /** Sessions are kept in this folder, so that another process finds them. */
    state: { type: 'string' },
    load: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    login: { type: 'boolean', default: false },
    images: { type: 'boolean', default: false },
    /** Leaves when it is to load a session. */
    'load-ends': { type: 'boolean', default: false },
    /** Says something on stderr at once. */
    complain: { type: 'boolean', default: false },
    'slow-ms': { type: 'string', default: '0' },
    /** Leaves when its input ends only after so long. */
    'linger-ms': { type: 'string', default: '0' },
  },
});

/** @typedef {{id: string, turns: {asked: string, answered: string}[], servers: object[], cwd: string, how: string, stop?: AbortController}} Session */

if (values.complain) process.stderr.write('I am here\n');

/** @type {Map<string, Session>} */
const sessions = new Map();
let made = 0;

function keep({ id, turns }) {
  if (!values.state) return;
  mkdirSync(values.state, { recursive: true });
  writeFileSync(join(values.state, `${id}.json`), JSON.stringify({ turns }));
}

/** @returns {Session} a session of an earlier process, or of this one */
function find(sessionId, { cwd, mcpServers = [] }, how) {
  const known = sessions.get(sessionId);
  let turns = known?.turns;
  try {
    turns ??= JSON.parse(readFileSync(join(values.state ?? '/nowhere', `${sessionId}.json`), 'utf8')).turns;
  } catch {
    throw RequestError.sessionNotFound(sessionId);
  }
  const session = { id: sessionId, turns, servers: mcpServers, cwd, how };
  sessions.set(sessionId, session);
  return session;
}

function text(words) {
  return { type: /** @type {const} */ ('text'), text: words };
}

async function initialize() {
  await pause(Number(values['slow-ms']));
  return {
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: { name: 'test-agent', version: '1.2.3' },
    agentCapabilities: {
      loadSession: values.load,
      promptCapabilities: { image: values.images },
      sessionCapabilities: values.resume ? { resume: {} } : {},
    },
    authMethods: values.login ? [{ id: 'account', name: 'Log in with your account' }] : [],
  };
}

function newSession({ params }) {
  if (values.login) throw RequestError.authRequired(undefined, 'run `test-agent login` first');
  made += 1;
  const id = `session-${process.pid}-${made}`;
  const session = { id, turns: [], servers: params.mcpServers, cwd: params.cwd, how: 'new' };
  sessions.set(id, session);
  keep(session);
  return { sessionId: id };
}

async function loadSession({ params, client }) {
  if (values['load-ends']) process.exit(3);
  const session = find(params.sessionId, params, 'loaded');
  const tell = update => client.notify(methods.client.session.update, { sessionId: session.id, update });
  for (const { asked, answered } of session.turns) {
    await tell({ sessionUpdate: 'user_message_chunk', content: text(asked) });
    await tell({ sessionUpdate: 'agent_message_chunk', content: text(answered) });
  }
  return {};
}

/** @returns {Promise<any>} */
async function prompt({ params, client }) {
  const session = sessions.get(params.sessionId);
  if (!session) throw RequestError.sessionNotFound(params.sessionId);
  if (session.stop) throw RequestError.invalidRequest(undefined, 'a turn of this session is under way');
  const stop = new AbortController();
  session.stop = stop;
  const asked = params.prompt.findLast(({ type }) => type === 'text')?.text ?? '';
  let answered = '';
  const turn = {
    asked,
    blocks: params.prompt,
    session,
    stopped: stop.signal,
    update: update => client.notify(methods.client.session.update, { sessionId: session.id, update }),
    ask: (options, toolCall) =>
      client.request(methods.client.session.requestPermission, { sessionId: session.id, options, toolCall }),
    request: (method, parameters) => client.request(method, parameters),
    notify: (method, parameters) => client.notify(method, parameters),
    say: async words => {
      answered += words;
      await turn.update({ sessionUpdate: 'agent_message_chunk', content: text(words) });
    },
  };
  try {
    const stopReason = await doAsWished(turn, wishesOf(asked));
    return { stopReason: stop.signal.aborted ? 'cancelled' : stopReason };
  } finally {
    session.stop = undefined;
    session.turns.push({ asked, answered });
    keep(session);
  }
}

const connection = agent({ name: 'test-agent' })
  .onRequest(methods.agent.initialize, initialize)
  .onRequest(methods.agent.session.new, newSession)
  .onRequest(methods.agent.session.load, loadSession)
  .onRequest(methods.agent.session.resume, ({ params }) => {
    find(params.sessionId, params, 'resumed');
    return {};
  })
  .onRequest(methods.agent.session.prompt, prompt)
  .onNotification(methods.agent.session.cancel, ({ params }) => sessions.get(params.sessionId)?.stop?.abort())
  .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));

await connection.closed;
await pause(Number(values['linger-ms']));
process.exit(0);
