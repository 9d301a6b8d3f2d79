import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointFrom } from '../src/endpoint.js';

const ROOT = 'ab'.repeat(32);

test('without settings it is the library’s own address', () => {
  assert.deepEqual(endpointFrom({}), { endpoint: { url: undefined, root: undefined, caFile: undefined } });
});

test('loopback is allowed, with its own root and certificate authority', () => {
  for (const url of ['ws://127.0.0.1:1/ws', 'ws://127.8.9.1:1', 'wss://localhost:1/', 'ws://[::1]:1/']) {
    const target = endpointFrom({
      FASED_WHATSAPP_URL: url,
      FASED_WHATSAPP_ROOT: ROOT,
      FASED_WHATSAPP_CA: '/ca.pem',
    });
    assert('endpoint' in target, url);
    assert.equal(target.endpoint.root?.toString('hex'), ROOT);
  }
});

test('everything else is refused', () => {
  const refused = [
    { FASED_WHATSAPP_URL: 'ws://192.168.0.2/' },
    { FASED_WHATSAPP_URL: 'wss://web.whatsapp.com/ws/chat' },
    { FASED_WHATSAPP_URL: 'wss://127.0.0.1.example.org/' },
    { FASED_WHATSAPP_URL: 'wss://localhost.example.org/' },
    { FASED_WHATSAPP_URL: 'ws://user@example.org:80/?127.0.0.1' },
    { FASED_WHATSAPP_URL: 'http://127.0.0.1/' },
    { FASED_WHATSAPP_URL: 'nonsense' },
    { FASED_WHATSAPP_ROOT: ROOT },
    { FASED_WHATSAPP_CA: '/ca.pem' },
    { FASED_WHATSAPP_URL: 'ws://127.0.0.1/', FASED_WHATSAPP_ROOT: 'abc' },
  ];
  for (const env of refused) assert('refusal' in endpointFrom(env), JSON.stringify(env));
});
