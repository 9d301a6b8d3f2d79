import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as explained from '../views/explained.js';
import * as groups from '../views/group-words.js';
import * as log from '../views/log-line.js';
import { routes, WAYS } from '../views/route-order.js';
import * as tasks from '../views/task-words.js';

/** The words that an enum of the gateway has, out of its `as_str`. @param {string} file @param {string} type */
function wordsOf(file, type) {
  const text = readFileSync(new URL(`../../../policy/src/${file}`, import.meta.url), 'utf8');
  const body = text.slice(text.indexOf(`impl ${type} {`)).split('fn as_str')[1].split('\n    }')[0];
  return [...body.matchAll(/=> "(\w+)"/g)].map(found => found[1]).toSorted();
}

test('the page has the words that the gateway has', () => {
  assert.deepEqual(explained.REASONS.toSorted(), wordsOf('access/reason.rs', 'Reason'));
  assert.deepEqual(explained.OUTCOME_NAMES.toSorted(), wordsOf('access/verdict.rs', 'Outcome'));
  assert.deepEqual(explained.STATE_NAMES.toSorted(), wordsOf('delivery.rs', 'SendState'));
  assert.deepEqual(tasks.WHY_NAMES.toSorted(), wordsOf('task.rs', 'Why'));
  assert.deepEqual(WAYS.toSorted(), wordsOf('route.rs', 'By'));
});

test('a place says its file and line, or that nothing is written', () => {
  const path = 'channels.whatsapp.dmPolicy';
  assert.equal(
    explained.place({ level: 'root', path, file: '/etc/fased/fased.json', line: 4 }),
    `${path} (fased.json, line 4)`,
  );
  assert.equal(explained.place({ level: 'default', path }), `${path} (by default: it is not written)`);
  assert.equal(explained.place({ level: 'stored', path: 'x' }), 'x (chosen by command)');
  assert.equal(explained.place(null), '');
});

test('a word of a later gateway is shown as it is', () => {
  assert.equal(explained.outcomeWord('put_aside'), 'put aside');
  assert.equal(explained.outcomeTone('put_aside'), 'rest');
  assert.equal(explained.outcomeWord(undefined), 'not decided yet');
  assert.equal(explained.stateWord('in_orbit', null), 'in orbit');
  assert.equal(explained.stateWord('failed', 463), "failed (WhatsApp's code 463)");
});

test('only what has not left is taken back, and only what does not go out is sent again', () => {
  const acts = explained.STATE_NAMES.map(state => explained.outboxAct(state));
  assert.deepEqual(acts.filter(Boolean), ['cancel', 'retry', 'retry', 'retry']);
  assert.equal(explained.outboxAct('sending'), null);
});

test('a run says who, how often and why it failed', () => {
  const run = { id: 7, kind: 'message', agent: 'ada', state: 'error', attempts: 2, failure: 'timed_out', error: 'at 9 s' };
  assert.equal(explained.runLine(run), 'run 7, by agent ada: error, started 2 times (timed out: at 9 s)');
  const command = { ...run, kind: 'command', state: 'ok', attempts: 1, failure: null, error: null };
  assert.equal(explained.runLine(command), 'run 7, a chat command, answered by the gateway itself: ok, started once');
  assert.equal(explained.saidLine({ text: 'x'.repeat(400) }).length, 303);
  assert.equal(explained.saidLine({ text: null, media: [{ mime: 'image/png' }] }), 'with image/png');
  assert.equal(explained.saidLine(null), '');
});

test('a group is heard, or it is said why not', () => {
  assert.equal(groups.heard({ listed: true, enabled: true }).word, 'heard');
  assert.equal(groups.heard({ listed: true, enabled: false }).word, 'switched off');
  assert.equal(groups.heard({ listed: false, enabled: true }).word, 'not listed');
  const source = { level: 'root', path: 'channels.whatsapp.groups.*.requireMention', line: 4 };
  assert.deepEqual(groups.modeWords({ mode: 'always', source }), {
    answers: 'every message',
    from: 'channels.whatsapp.groups.*.requireMention, line 4',
  });
  const stored = groups.modeWords({ mode: 'mention', source: { ...source, level: 'stored' } });
  assert.match(stored.from, /wins over the config/);
});

test('who of a group may write comes from the nearest setting', () => {
  const rules = (/** @type {any[]} */ ...values) => groups.groupRules(values, 'work');
  const at = (/** @type {string} */ key, /** @type {any} */ value, level = 'root') => ({
    key: `channels.whatsapp.${key}`,
    value,
    level,
  });
  assert.match(groups.whoIsHeard(rules()), /nobody yet: allowFrom is empty/);
  assert.match(groups.whoIsHeard(rules(at('mode', 'personal'))), /only you/);
  assert.match(groups.whoIsHeard(rules(at('groupPolicy', 'open'))), /everybody/);
  assert.match(groups.whoIsHeard(rules(at('groupPolicy', 'disabled'))), /nobody: groups are switched off/);
  const own = rules(at('groupPolicy', 'disabled'), at('accounts.work.groupPolicy', 'allowlist'));
  assert.equal(own.policy, 'allowlist');
  const many = ['+15550100001', '+15550100002', '+15550100003', '+15550100004'];
  const inherited = rules(at('allowFrom', many), at('groupAllowFrom', many, 'default'));
  assert.match(groups.whoIsHeard(inherited), /^\+15550100001, .* and 1 more \(allowFrom\)$/);
  assert.match(groups.whoIsHeard(rules(at('allowFrom', many), at('groupAllowFrom', []))), /groupAllowFrom is empty/);
  assert.match(groups.whoIsHeard(rules(at('allowFrom', ['*']))), /everybody/);
  const entry = { '1@g.us': { allowFrom: ['+15550100009'] }, '*': { allowFrom: [] } };
  const entries = rules(at('allowFrom', many), at('groups', entry));
  assert.match(groups.whoIsHeard(entries, '1@g.us'), /^\+15550100009 \(the group’s own/);
  assert.match(groups.whoIsHeard(entries, '2@g.us'), /nobody yet: allowFrom of the entry \*/);
});

test('the group that was written in last stands first', () => {
  const group = (/** @type {string} */ id, /** @type {number | null} */ last_ms) => ({ group: id, last_ms });
  const sorted = groups.inOrder([group('b', null), group('c', 5), group('a', null), group('d', 9)]);
  assert.deepEqual(
    sorted.map(({ group: id }) => id),
    ['d', 'c', 'a', 'b'],
  );
});

test('routes stand in the order in which they win, those of other accounts left out', () => {
  const agents = [
    {
      id: 'main',
      name: 'Ada',
      answers: [
        { by: 'default', account: null, chat: null },
        { by: 'channel_binding', account: null, chat: null },
      ],
    },
    {
      id: 'prog',
      name: 'prog',
      answers: [
        { by: 'account_binding', account: 'work', chat: null },
        { by: 'any_group', account: 'work', chat: '*' },
        { by: 'peer_binding', account: null, chat: '+15550100001' },
        { by: 'peer_binding', account: 'work', chat: '+15550100001' },
        { by: 'group', account: 'home', chat: '120363000000000002@g.us' },
        { by: 'group', account: 'work', chat: '120363000000000001@g.us' },
      ],
    },
  ];
  assert.deepEqual(
    routes(agents, 'work').map(row => row.words),
    [
      '+15550100001 of account work',
      '+15550100001',
      '120363000000000001@g.us of account work',
      'other groups of account work',
      'everything else of account work',
      'everything else on WhatsApp',
      'wherever no other is named',
    ],
  );
});

test('a Task and its runs in words', () => {
  assert.equal(tasks.taskState({ state: 'done', why: 'max_runs' }), 'done: it ran as often as it was to');
  assert.equal(tasks.taskState({ state: 'active' }), 'active');
  assert.equal(tasks.taskTone({ state: 'active', held: 'account default only observes' }), 'busy');
  assert.equal(tasks.runState({ state: 'skipped', attempts: 3, failure: 'overlap' }), 'skipped ×3 (overlap)');
  assert.equal(tasks.title({ name: '', prompt: 'Summarise\nthe log' }), 'Summarise the log');
  assert.equal([...tasks.shortened('🙂'.repeat(80), 60)].length, 61);
  assert.equal(tasks.took({ started_ms: 1000, ended_ms: null }), null);
  assert.equal(tasks.took({ started_ms: 1000, ended_ms: 2500 }), 1500);
});

test('a new Task asks for what was typed, and leaves the rest to the gateway', () => {
  const form = { text: ' every 1h report: x ', target: ' ', account: 'default', agent: '', maxRuns: '' };
  assert.deepEqual(tasks.newRequest(form), {
    verb: 'tasks_new',
    text: 'every 1h report: x',
    to: { account: 'default', target: null },
    agent: null,
    max_runs: null,
    max_successes: null,
    timezone: null,
  });
});

test('an edit names only what is different', () => {
  const task = { name: 'report', prompt: 'Summarise the log', max_runs: 3 };
  const same = { schedule: '', name: 'report', prompt: 'Summarise the log', maxRuns: '3' };
  assert.equal(tasks.changes(task, same), null);
  assert.deepEqual(tasks.changes(task, { ...same, name: '', maxRuns: '' }), { name: '', max_runs: 0 });
  assert.deepEqual(tasks.changes(task, { ...same, schedule: 'every 2h', prompt: ' ' }), { schedule: 'every 2h' });
});

test('a line of the log shows what it was written within, once', () => {
  const line = log.taken({
    timestamp: '2026-01-02T03:04:05.678Z',
    level: 'WARN',
    target: 'fased::x',
    message: 'the link was lost',
    account: 'work',
    spans: [{ name: 'account', account: 'work' }, { name: 'message', message: 'k3x9ab' }],
    code: 428,
  });
  assert.deepEqual(
    [line.level, line.message, line.fields, log.levelTone(line.level)],
    ['warn', 'the link was lost', 'account=work message=k3x9ab code=428', 'busy'],
  );
  assert.equal(log.taken({}).level, 'info');
});
