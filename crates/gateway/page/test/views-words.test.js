import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { heard, inOrder, modeWords, nobody, rulesOf, whoIsHeard } from '../views/group-words.js';
import { taken } from '../views/log-line.js';
import { WAYS, inOrder as waysInOrder } from '../views/route-order.js';
import { changed, made } from '../views/task-edit.js';
import {
  CAUSE_NAMES,
  causeWord,
  cut,
  OUTCOME_NAMES,
  outcomeWord,
  place,
  REASONS,
  reasonWord,
  STATE_NAMES,
  said,
  sendState,
} from '../views/words.js';

/** The words that an enum of the gateway has, out of its `as_str`. @param {string} file @param {string} type */
function wordsOf(file, type) {
  const text = readFileSync(new URL(`../../../policy/src/${file}`, import.meta.url), 'utf8');
  const body = text
    .slice(text.indexOf(`impl ${type} {`))
    .split('fn as_str')[1]
    .split('\n    }')[0];
  return [...body.matchAll(/=> "(\w+)"/g)].map(found => found[1]).sort();
}

/** What makes a run, as `TaskRunInfo` lists it. */
const CAUSES = ['created', 'schedule', 'catch_up', 'manual', 'again'];

test('the page has the words that the gateway has', () => {
  for (const reason of REASONS) assert.doesNotMatch(reasonWord(reason), /\bdm\b|_/);
  assert.deepEqual([...REASONS].sort(), wordsOf('access/reason.rs', 'Reason'));
  assert.deepEqual([...OUTCOME_NAMES].sort(), wordsOf('access/verdict.rs', 'Outcome'));
  assert.deepEqual([...STATE_NAMES].sort(), wordsOf('delivery.rs', 'SendState'));
  // A broadcast names several agents; what names one has the words of the gateway.
  assert.deepEqual([...WAYS].sort(), [...wordsOf('route.rs', 'By'), 'broadcast'].sort());
  for (const why of [...wordsOf('task.rs', 'Why'), ...CAUSES]) assert.ok(CAUSE_NAMES.includes(why), why);
});

test('a place says its file and line, or that nothing is written', () => {
  const source = {
    level: 'root',
    path: 'channels.whatsapp.dmPolicy',
    file: '/etc/fased/fased.json',
    line: 4,
  };
  assert.equal(place(source), 'channels.whatsapp.dmPolicy (fased.json, line 4)');
  assert.match(
    place({ ...source, level: 'default', file: null, line: null }),
    /by default: it is not written/,
  );
  assert.equal(place({ ...source, level: 'stored', path: 'approvals', file: null, line: null }), 'approvals');
  assert.equal(place(null), '');
});

test('a word of a later gateway is shown as it is', () => {
  assert.equal(outcomeWord('put_aside'), 'put aside');
  assert.equal(causeWord('full_moon'), 'full moon');
  assert.equal(outcomeWord(null), 'not decided yet');
  assert.equal(sendState('in_orbit', null).words, 'in orbit');
  assert.equal(sendState('failed', 463).words, "failed (WhatsApp's code 463)");
});

test('only what has not left is taken back, and only what does not go out is sent again', () => {
  const acts = STATE_NAMES.map(state => [state, sendState(state, null).act]);
  assert.deepEqual(
    acts.filter(([, act]) => act !== undefined),
    [
      ['queued', 'cancel'],
      ['failed', 'retry'],
      ['expired', 'retry'],
      ['cancelled', 'retry'],
    ],
  );
});

test('what was said is cut, never in the middle of a character', () => {
  assert.equal(said({ text: 'x'.repeat(400), media: [] }).length, 303);
  assert.equal(said({ text: null, media: [{ mime: 'image/png' }, {}] }), 'with image/png, a file');
  assert.equal(said(null), '');
  assert.equal([...cut('🙂'.repeat(80), 60)].length, 61);
  assert.equal(cut('Summarise\n the log', 60), 'Summarise the log');
});

test('a group is heard, or it is said why not', () => {
  const group = '120363000000000001@g.us';
  const open = rulesOf([{ key: 'channels.whatsapp.groupPolicy', value: 'open', level: 'root' }], 'work');
  assert.equal(heard({ group, listed: true, enabled: true }, open).word, 'heard');
  assert.equal(heard({ group, listed: true, enabled: false }, open).word, 'switched off');
  assert.equal(heard({ group, listed: false, enabled: true }, open).word, 'not listed');
  const source = { level: 'root', path: 'channels.whatsapp.groups.*.requireMention', line: 4 };
  assert.deepEqual(modeWords({ mode: 'always', source }), {
    answers: 'every message',
    from: 'channels.whatsapp.groups.*.requireMention, line 4',
  });
  assert.match(
    modeWords({ mode: 'mention', source: { ...source, level: 'stored' } }).from,
    /wins over the config/,
  );
});

test('who of a group may write comes from the nearest setting', () => {
  const group = '120363000000000001@g.us';
  const who = (/** @type {any[]} */ ...values) => whoIsHeard(rulesOf(values, 'work'), group);
  const at = (/** @type {string} */ key, /** @type {unknown} */ value, level = 'root') => ({
    key: `channels.whatsapp.${key}`,
    value,
    level,
  });
  const many = ['+15550100001', '+15550100002', '+15550100003', '+15550100004'];
  assert.equal(who(), 'nobody: allowFrom is empty');
  assert.equal(who(at('mode', 'personal')), 'only you: allowFrom is empty');
  assert.equal(who(at('groupPolicy', 'open')), 'everybody: groupPolicy is open');
  assert.equal(who(at('groupPolicy', 'disabled')), 'nobody: groupPolicy is disabled');
  assert.match(
    who(at('groupPolicy', 'disabled'), at('accounts.work.groupPolicy', 'allowlist')),
    /allowFrom is empty/,
  );
  const seven = [at('groupPolicy', 'disabled'), at('accounts["7"].groupPolicy', 'open')];
  assert.equal(whoIsHeard(rulesOf(seven, '7'), group), 'everybody: groupPolicy is open');
  assert.match(who(at('groupAllowFrom', many, 'default')), /^\+15550100001, .* and 1 more \(allowFrom\)$/);
  assert.equal(who(at('allowFrom', many), at('groupAllowFrom', [])), 'nobody: groupAllowFrom is empty');
  assert.equal(who(at('allowFrom', ['*'])), 'everybody: * is in allowFrom');
  const entries = { [group]: { allowFrom: ['+15550100009'] }, '*': { allowFrom: [] } };
  assert.equal(who(at('allowFrom', many), at('groups', entries)), '+15550100009 (allowFrom in groups)');
  assert.equal(
    whoIsHeard(rulesOf([at('groups', entries)], 'work'), '120363000000000002@g.us'),
    'nobody: allowFrom in groups is empty',
  );
});

test('a group in which nobody is heard does not pass for one that is, and what changes it is named', () => {
  const group = '120363000000000001@g.us';
  const root = 'channels.whatsapp';
  const at = (/** @type {string} */ key, /** @type {unknown} */ value) => ({
    key: `${root}.${key}`,
    value,
    level: 'root',
  });
  const rules = (/** @type {any[]} */ ...values) => rulesOf(values, 'work');
  const empty = heard({ group, listed: true, enabled: true }, rules());
  assert.deepEqual(empty, { heard: true, word: 'nobody is heard', mark: 'hold' });
  const why = (/** @type {any[]} */ ...values) => nobody(rules(...values), group);
  assert.deepEqual(why(), { by: 'people', key: 'allowFrom' });
  assert.deepEqual(why(at('accounts.work.groupPolicy', 'disabled')), {
    by: 'policy',
    key: `${root}.accounts.work.groupPolicy`,
  });
  assert.deepEqual(why(at('allowFrom', ['+15550100001']), at('groupAllowFrom', [])), {
    by: 'list',
    key: `${root}.groupAllowFrom`,
  });
  assert.deepEqual(why(at('allowFrom', ['*']), at('groups', { [group]: { allowFrom: [] } })), {
    by: 'list',
    key: `${root}.groups["${group}"].allowFrom`,
  });
  const off = heard({ group, listed: true, enabled: false }, rules(at('groupPolicy', 'disabled')));
  assert.equal(off.word, 'groups are off');
  assert.equal(why(at('mode', 'personal')), undefined);
  assert.equal(why(at('allowFrom', ['+15550100001'])), undefined);
  assert.equal(why(at('groupPolicy', 'open')), undefined);
});

test('the group that was written in last stands first', () => {
  const group = (/** @type {string} */ id, /** @type {number | null} */ last_ms) => ({ group: id, last_ms });
  const sorted = inOrder([group('b', null), group('c', 5), group('a', null), group('d', 9)]);
  assert.deepEqual(
    sorted.map(({ group: id }) => id),
    ['d', 'c', 'a', 'b'],
  );
});

test('routes stand in the order in which they win, those of other accounts left out', () => {
  const anywhere = { account: null, chat: null };
  const agents = [
    {
      id: 'main',
      name: 'Ada',
      answers: [
        { by: 'default', ...anywhere },
        { by: 'channel_binding', ...anywhere },
      ],
    },
    {
      id: 'prog',
      name: 'prog',
      answers: [
        { by: 'account_binding', account: 'work', chat: null },
        { by: 'broadcast', account: null, chat: '120363000000000009@g.us' },
        { by: 'any_group', account: 'work', chat: '*' },
        { by: 'peer_binding', account: null, chat: '+15550100001' },
        { by: 'peer_binding', account: 'work', chat: '+15550100001' },
        { by: 'group', account: 'home', chat: '120363000000000002@g.us' },
        { by: 'group', account: 'work', chat: '120363000000000001@g.us' },
      ],
    },
  ];
  assert.deepEqual(
    waysInOrder(agents, 'work').map(({ where }) => where),
    [
      '120363000000000009@g.us with others, by broadcast',
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

const TYPED = { text: '', target: '', agent: '', name: '', prompt: '', max: '' };

test('a new Task asks for what was typed, and leaves the rest to the gateway', () => {
  assert.deepEqual(made({ ...TYPED, text: ' every 1h report: x ', target: ' ' }, 'default'), {
    verb: 'tasks_new',
    text: 'every 1h report: x',
    to: { account: 'default', target: null },
    agent: null,
    max_runs: null,
    max_successes: null,
    timezone: null,
  });
  assert.equal(made({ ...TYPED, text: 'x', max: '3' }, 'default').max_runs, 3);
});

test('an edit names only what is different', () => {
  const task = { name: 'report', prompt: 'Summarise the log', max_runs: 3 };
  const same = { ...TYPED, name: 'report', prompt: 'Summarise the log', max: '3' };
  assert.equal(changed(task, same), undefined);
  assert.deepEqual(changed(task, { ...same, name: '' }), { name: '' });
  assert.deepEqual(changed(task, { ...same, text: 'every 2h', prompt: ' ' }), { schedule: 'every 2h' });
  assert.deepEqual(changed(task, { ...same, max: '' }), { max_runs: 0 });
  assert.equal(changed({ ...task, max_runs: null }, { ...same, max: '' }), undefined);
});

test('a line of the log shows what it was written within, once', () => {
  const line = taken({
    timestamp: '2026-01-02T03:04:05.678Z',
    level: 'WARN',
    target: 'fased::x',
    message: 'the link was lost',
    account: 'work',
    spans: [
      { name: 'account', account: 'work' },
      { name: 'message', message: 'k3x9ab' },
    ],
    code: 428,
  });
  assert.deepEqual(
    [line.level, line.message, line.fields],
    ['warn', 'the link was lost', 'account=work message=k3x9ab code=428'],
  );
  assert.equal(taken({}).level, 'info');
});
