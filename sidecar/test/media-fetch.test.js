import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPublic } from '../media/address.js';
import { fetchFile, nameOf } from '../media/fetch.js';

const CLOSED = [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['100.64.0.1', '100.100.100.200', '169.254.169.254', '192.0.0.170', '198.18.0.1', '224.0.0.251'],
  ...['255.255.255.255', '168.63.129.16', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
  ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8'],
  ...['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', '3fff::1', 'fec0::1'],
  ...['', 'localhost', '1.2.3', '::ffff:0:127.0.0.1', '0:0:0:0:0:0:0:1'],
];

test('only addresses of the public internet are asked', () => {
  for (const address of CLOSED) assert.equal(isPublic(address), false, address);
  for (const address of [
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '2a00:1450::1',
  ])
    assert.equal(isPublic(address), true, address);
});

/** @type {string} */
let folder;
/** @type {import('node:http').Server} */
let server;
/** @type {import('node:http').Server} */
let inner;
let innerAsked = 0;
/** @type {string} */
let origin;
/** @type {string} */
let innerOrigin;
let names = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fased-fetch-'));
  inner = createServer((_request, response) => {
    innerAsked++;
    response.end('secret');
  });
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://any');
    const to = url.searchParams.get('to');
    switch (url.pathname) {
      case '/to':
        response.writeHead(302, { location: to ?? '' }).end();
        return;
      case '/loop':
        response.writeHead(307, { location: '/loop' }).end();
        return;
      case '/gone':
        response.writeHead(404).end();
        return;
      case '/broken':
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        setImmediate(() => response.destroy());
        return;
      case '/stall':
        response.writeHead(200);
        response.write('half');
        return;
      case '/endless': {
        const more = () => {
          while (response.write(Buffer.alloc(64 * 1024)));
        };
        response.on('drain', more);
        more();
        return;
      }
      default:
        response.writeHead(200, {
          'content-type': 'text/plain; charset=utf-8',
          'content-disposition': `attachment; filename="a b.txt"`,
        });
        response.end('hello');
    }
  });
  origin = await listening(server);
  innerOrigin = await listening(inner);
});

after(async () => {
  for (const one of [server, inner]) {
    one.closeAllConnections();
    one.close();
  }
  await rm(folder, { recursive: true });
});

/** @param {import('node:http').Server} one @returns {Promise<string>} */
function listening(one) {
  return new Promise(resolve => {
    one.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (one.address());
      resolve(`127.0.0.1:${port}`);
    });
  });
}

/** @param {string} url @param {Partial<import('../media/fetch.js').Fetch>} [more] @param {any} [means] */
async function fetched(url, more, means) {
  const file = join(folder, `${names++}`);
  const task = { url, file, max_bytes: 1_000_000, seconds: 20, open: [origin], ...more };
  return { ...(await fetchFile(task, means)), file };
}

/** @param {string} url @param {string} code @param {Partial<import('../media/fetch.js').Fetch>} [more] @param {any} [means] */
async function fails(url, code, more, means) {
  await assert.rejects(fetched(url, more, means), (/** @type {any} */ error) => {
    assert.equal(error.code, code, `${url}: ${error.message}`);
    return true;
  });
}

test('a file is kept with what its server says of it', async () => {
  const { file, ...about } = await fetched(`http://${origin}/x.txt?token=1`);
  assert.deepEqual(about, { bytes: 5, mime: 'text/plain; charset=utf-8', name: 'a b.txt' });
  assert.equal(await readFile(file, 'utf8'), 'hello');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const { bytes } = await fetched(`http://${origin}/to?to=${encodeURIComponent('/x.txt')}`);
  assert.equal(bytes, 5);
});

test('no address of this machine or its network is asked, however it is written', async () => {
  const { port } = new URL(`http://${innerOrigin}`);
  const hosts = [
    ...['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'],
    ...['[::ffff:7f00:1]', '[64:ff9b::7f00:1]', 'localhost', 'LOCALHOST'],
  ];
  for (const host of hosts) await fails(`http://${host}:${port}/`, 'refused');
  for (const url of [
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://10.0.0.1/',
  ])
    await fails(url, 'refused');
  assert.equal(innerAsked, 0, 'nobody was asked');
});

test('every redirect is judged like the first address', async () => {
  for (const to of [
    `http://${innerOrigin}/`,
    'http://169.254.169.254/',
    'https://[::1]/',
    'http://2130706433/',
  ])
    await fails(`http://${origin}/to?to=${encodeURIComponent(to)}`, 'refused');
  for (const to of ['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:text/plain,x', `http://u:p@${origin}/`])
    await fails(`http://${origin}/to?to=${encodeURIComponent(to)}`, 'refused');
  await fails(`http://${origin}/loop`, 'failed');
  assert.equal(innerAsked, 0, 'nobody was asked');
});

test('a name is judged by all its addresses, and only one that was judged is connected to', async () => {
  const [, port] = innerOrigin.split(':');
  /** @param {string[]} addresses */
  const naming = addresses => {
    let asked = 0;
    /** @param {string} _name @param {any} _options @param {Function} done */
    const lookup = (_name, _options, done) => {
      asked++;
      done(
        null,
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    return { lookup, asked: () => asked };
  };
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::1'], ['::ffff:127.0.0.1']]) {
    const { lookup, asked } = naming(addresses);
    await fails(`http://files.example:${port}/`, 'refused', {}, { lookup });
    assert.equal(asked(), 1, 'a second answer could be another one');
  }
  await fails(`http://files.example:${port}/`, 'failed', {}, naming([]));
  assert.equal(innerAsked, 0, 'nobody was asked');
});

test('other schemes, names and passwords are refused', async () => {
  for (const url of [
    'file:///etc/passwd',
    'ftp://example.com/x',
    'gopher://x',
    'http://a:b@8.8.8.8/',
    'no address',
  ])
    await fails(url, 'refused');
});

test('a file that is missing, cut off, endless or late is none, and leaves nothing of use', async () => {
  await fails(`http://${origin}/gone`, 'not_found');
  await fails(`http://${origin}/broken`, 'failed');
  await fails(`http://${origin}/endless`, 'too_large');
  await fails(`http://${origin}/stall`, 'timed_out', { seconds: 0.2 });
  for (const name of await readdir(folder)) assert.ok((await stat(join(folder, name))).size <= 1_000_000);
});

test('a file is called as its server says, else as its address ends', () => {
  const at = new URL('http://example.com/a/b%20c.pdf?x=1');
  for (const [disposition, name] of [
    [undefined, 'b c.pdf'],
    ['attachment', 'b c.pdf'],
    ['attachment; filename=plain.txt', 'plain.txt'],
    ['attachment; filename="in \\"marks\\".txt"; size=3', 'in "marks".txt'],
    [`attachment; filename="x"; filename*=UTF-8''%E2%82%AC.txt`, '€.txt'],
    [`attachment; filename*=UTF-8''%E2%8`, 'b c.pdf'],
  ])
    assert.equal(nameOf(at, disposition), name);
  assert.equal(nameOf(new URL('http://example.com/')), null);
});
