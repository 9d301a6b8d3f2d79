// A sidecar that tries to get out: everything that its cage should refuse, and everything that it must not.
//
// It says hello, is told its folders, reads from its media folder what else there is to try (`prison.json`), tries,
// and writes the error code of each try, or `ok`, to `found.json` in its auth folder. Then it stays.

import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

const write = (/** @type {object} */ frame) => process.stdout.write(`${JSON.stringify(frame)}\n`);
write({ kind: 'hello', protocol: 5, sidecar: '0', baileys: '0', node: process.versions.node });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { auth_dir: auth, media_dir: media } = JSON.parse((await lines.next()).value);
const told = JSON.parse(fs.readFileSync(join(media, 'prison.json'), 'utf8'));

/** @type {Record<string, string>} */
const found = {};

/** @param {string} what @param {() => unknown} attempt */
async function attempt(what, attempt) {
  try {
    await attempt();
    found[what] = 'ok';
  } catch (error) {
    found[what] = String(/** @type {any} */ (error).code ?? error);
  }
}

/** @param {string} program @param {string[]} args */
const execute = (program, args) =>
  new Promise((resolve, reject) =>
    execFile(program, args, (error, stdout) => (error ? reject(error) : resolve(stdout))),
  );

/** @param {import('node:net').NetConnectOpts} to */
async function reach(to) {
  const socket = connect(to);
  try {
    await once(socket, 'connect');
    if (to.path === undefined) return;
    // Whoever listens may still hang up on us.
    socket.write(`${told.request}\n`);
    const answers = Promise.race([once(socket, 'data'), once(socket, 'close')]);
    const [answer] = await answers.catch(() => []);
    if (typeof answer !== 'object') throw Object.assign(new Error(), { code: 'HUNG_UP' });
  } finally {
    socket.destroy();
  }
}

for (const [what, path] of Object.entries(told.read))
  await attempt(`read ${what}`, () => fs.readFileSync(path));
for (const [what, path] of Object.entries(told.list))
  await attempt(`list ${what}`, () => fs.readdirSync(path));
for (const [what, path] of Object.entries(told.write))
  await attempt(`write ${what}`, () => fs.writeFileSync(path, 'x'));
await attempt('empty a file outside', () => fs.truncateSync(told.victim));
await attempt('remove a file outside', () => fs.unlinkSync(told.victim));
await attempt('make a link out', () => fs.symlinkSync('/etc/passwd', join(auth, 'way-out')));
await attempt('follow a link out', () => fs.readFileSync(join(auth, 'planted')));
fs.writeFileSync(join(auth, 'key'), 'x');
await attempt('move a key out', () => fs.renameSync(join(auth, 'key'), told.outside));
await attempt('move a key to the media', () => fs.renameSync(join(auth, 'key'), join(media, 'key')));
await attempt('execute a shell', () => execute('/bin/sh', ['-c', 'true']));
await attempt('execute a program that it wrote', () => {
  fs.writeFileSync(join(media, 'program'), '#!/bin/sh\n', { mode: 0o700 });
  return execute(join(media, 'program'), []);
});
await attempt('read by another Node', async () => {
  const script = "try { fs.readFileSync('/etc/passwd'); process.exit(0) } catch { process.exit(7) }";
  await execute(process.execPath, ['-e', script]);
});
await attempt('start a worker', async () => {
  const worker = new Worker('', { eval: true });
  await once(worker, 'exit');
});
await attempt('read in a worker', async () => {
  const script = "try { require('fs').readFileSync('/etc/passwd') } catch (error) { process.exit(7) }";
  const [code] = await once(new Worker(script, { eval: true }), 'exit');
  if (code !== 0) throw Object.assign(new Error(), { code });
});
await attempt('end the gateway', () => process.kill(process.ppid, told.signal));
await attempt('read the environment of the gateway', () => fs.readFileSync(`/proc/${process.ppid}/environ`));
await attempt('connect to a foreign port', () => reach({ port: told.foreign_port, host: '127.0.0.1' }));
await attempt('listen', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
await attempt('command the gateway', () => reach({ path: told.socket }));

await attempt('connect to WhatsApp', () => reach({ port: told.port, host: '127.0.0.1' }));
await attempt('find a host', () => lookup('localhost'));
await attempt('compile WebAssembly', () => WebAssembly.compile(Buffer.from('0061736d01000000', 'hex')));
await attempt('keep a key', async () => {
  const file = await open(join(auth, '.tmp-1'), 'w', 0o600);
  fs.writeFileSync(file.fd, 'x');
  await file.datasync();
  await file.close();
  fs.renameSync(join(auth, '.tmp-1'), join(auth, 'pre-key.1.json'));
  const folder = await open(auth, 'r');
  await folder.sync();
  await folder.close();
  fs.unlinkSync(join(auth, 'pre-key.1.json'));
});
await attempt('take in a file', () => {
  fs.writeFileSync(join(media, '.part-1'), 'x');
  fs.mkdirSync(join(media, 'inbound/2026'), { recursive: true });
  fs.renameSync(join(media, '.part-1'), join(media, 'inbound/2026/file'));
});

const environment = Object.keys(process.env).sort();
fs.writeFileSync(join(auth, '.found'), JSON.stringify({ found, environment }));
fs.renameSync(join(auth, '.found'), join(auth, 'found.json'));
write({ kind: 'ready', linked: true, permissions: 'permission' in process });
for await (const _line of { [Symbol.asyncIterator]: () => lines });
