// A gateway where something has happened: people, groups, Tasks, several Agents and accounts, and names that are too long.

import assert from 'node:assert/strict';
import { ANNA, BERT, OWNER } from './stage.js';

/** @typedef {import('./world.js').World} World */

const LONG = 'Bartholomew Featherstonehaugh-Cholmondeley of the Reading Circle';
const AGENTS = [
  { id: 'main', backend: 'echo' },
  {
    id: 'researcher',
    name: 'The one who looks things up',
    backend: 'openai',
    openai: { baseUrl: 'http://127.0.0.1:11434/v1', model: 'a-model-with-a-rather-long-name:70b-instruct' },
  },
];

/** @param {World} world @returns {Promise<{ message: string, group: string, task: string }>} ids to look at */
export async function populate(world) {
  const elsewhere = '120363000000000099@g.us';
  await world.start({
    agents: { list: AGENTS },
    bindings: [{ agentId: 'researcher', match: { accountId: 'work' } }],
    channels: {
      whatsapp: {
        dmPolicy: 'pairing',
        groupPolicy: 'open',
        groups: { [elsewhere]: { requireMention: false } },
        accounts: {
          default: {},
          work: { dmPolicy: 'disabled' },
          'a-number-for-the-shop': { enabled: false },
        },
      },
    },
  });
  await world.link();
  const { fake } = world;
  await fake.call('POST /contacts', { phone: ANNA, name: 'Anna' });
  await fake.call('POST /contacts', { phone: BERT, name: LONG });
  await fake.send(ANNA, 'hello, is anybody there?');
  const { text } = await fake.wait('message', { contact: ANNA });
  const after = await fake.lastSeq();
  await done(world, ['pairing', 'approve', 'whatsapp', /approve whatsapp (\w+)/.exec(text)?.[1] ?? '']);
  await fake.wait('message', { contact: ANNA }, after);
  const members = [ANNA, BERT, OWNER];
  const { group } = await fake.call('POST /groups', { members, subject: `Family, friends, and ${LONG}` });
  await fake.call('POST /messages', { group, from: ANNA, text: 'who brings the cake?' });
  const [message] = await fake.send(BERT, 'may I ask something, too?');
  await fake.wait('message', { contact: BERT });
  await done(world, ['tasks', 'new', 'every 1h water: drink a glass', '--to', ANNA]);
  await done(world, ['tasks', 'new', `in 90m ${LONG}: ${'Summarise the log. '.repeat(12)}`, '--to', ANNA]);
  const { tasks } = await world.json(['tasks', 'list']);
  const task = tasks.find(({ name }) => name === 'water').id;
  await done(world, ['tasks', 'run', task, '--wait']);
  return { message, group, task };
}

/** @param {World} world @param {string[]} words */
async function done(world, words) {
  const { code, stdout, stderr } = await world.fased(words);
  assert.equal(code, 0, `fased ${words.join(' ')}: ${stdout}${stderr}`);
}
