import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect, createServer, Socket } from 'node:net';
import { test } from 'node:test';
import { isOurs, keepToWhatsApp } from '../src/network.js';

/** @type {[string, object, boolean][]} */
const HOSTS = [
  ['the websocket', { host: 'web.whatsapp.com', port: 443 }, true],
  ['a media host', { host: 'media-fra3-1.cdn.whatsapp.net', port: '443' }, true],
  ['another port', { host: 'web.whatsapp.com', port: 80 }, false],
  ['a name that only ends like it', { host: 'evilwhatsapp.net', port: 443 }, false],
  ['a name that begins like it', { host: 'web.whatsapp.com.example.org', port: 443 }, false],
  ['an address', { host: '192.0.2.7', port: 443 }, false],
  ['this machine', { host: '127.0.0.1', port: 443 }, false],
  ['no host, which is this machine', { port: 443 }, false],
  ['a socket in a folder', { path: '/run/some.sock', host: 'web.whatsapp.com', port: 443 }, false],
];

for (const [what, to, expected] of HOSTS) {
  test(`D6: ${what} is ${expected ? '' : 'not '}a place to connect to`, () => {
    assert.equal(isOurs(to, false), expected);
  });
}

test('D6: with a fake server only loopback is', () => {
  for (const host of ['localhost', '127.0.0.1', '::1', undefined])
    assert.equal(isOurs({ host, port: 4000 }, true), true);
  for (const to of [
    { host: 'web.whatsapp.com', port: 443 },
    { host: '127.0.0.1.example.org' },
    { path: '/a' },
  ])
    assert.equal(isOurs(to, true), false);
});

test('D6: every way to connect is judged, and refused with an error that has a name', async () => {
  const untouched = Socket.prototype.connect;
  keepToWhatsApp({ FASED_WHATSAPP_URL: 'ws://127.0.0.1:4000/' });
  try {
    const waysOut = [
      () => connect(443, '192.0.2.7'),
      () => connect({ port: 443, host: 'example.org' }),
      () => connect('/run/some.sock'),
      () => new Socket().connect(443, '192.0.2.7'),
      () => request({ host: 'example.org', agent: false }).end(),
    ];
    for (const out of waysOut) {
      const [error] = await once(out(), 'error').catch(thrown => [thrown]);
      assert.deepEqual([error.name, error.code], ['HostRefused', 'EHOSTREFUSED'], String(out));
    }
    const fetched = await fetch('https://example.org/').catch(error => error.cause);
    assert.equal(fetched.code, 'EHOSTREFUSED');

    const server = createServer(socket => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const [data] = await once(connect(port, '127.0.0.1'), 'data');
    assert.equal(String(data), 'hello');
    server.close();
  } finally {
    Socket.prototype.connect = untouched;
  }
});
