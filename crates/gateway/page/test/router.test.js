import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountAddress, address, place } from '../router.js';

test('an address and where it leads fit', () => {
  const at = place(accountAddress('main', 'shop', 'messages', 'A/B é'));
  assert.deepEqual(at, {
    view: 'account',
    agent: 'main',
    account: 'shop',
    section: 'messages',
    path: ['A/B é'],
  });
  assert.equal(place(address('agents', 'main')).view, 'agent');
});

test('each part of an address means a view', () => {
  for (const [hash, view] of [
    ['', 'agents'],
    ['#/', 'agents'],
    ['#/agents', 'agents'],
    ['#/agents/main', 'agent'],
    ['#/agents/main/channels', 'agent'],
    ['#/agents/main/channels/whatsapp', 'channel'],
    ['#/agents/main/channels/whatsapp/+', 'add'],
    ['#/agents/main/channels/whatsapp/shop', 'account'],
    ['#/closed', 'closed'],
    ['#/agents/main/channels/other', 'nowhere'],
    ['#/agents/main/tasks', 'nowhere'],
    ['#/elsewhere', 'nowhere'],
    ['#/agents/%E0%A4%A', 'agent'],
  ]) {
    assert.equal(place(hash).view, view, hash);
  }
});
