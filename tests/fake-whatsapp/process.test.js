import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

async function startProcess(args = [], stdin = 'pipe') {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: [/** @type {any} */ (stdin), 'pipe', 'ignore'],
  });
  const lines = [];
  child.stdout.on('data', data => lines.push(...data.toString().trim().split('\n')));
  await once(child.stdout, 'data');
  return { child, lines, hello: JSON.parse(lines[0]) };
}

test('it says one line, serves on loopback, and ends with its standard input', async () => {
  const { child, lines, hello } = await startProcess();
  assert.equal(hello.event, 'listening');
  assert.match(hello.ws, /^ws:\/\/127\.0\.0\.1:\d+\/ws\/chat$/);
  assert.match(hello.root, /^[0-9a-f]{64}$/);
  assert.equal((await fetch(`${hello.http}/state`)).status, 200);
  const missing = /** @type {any} */ (await (await fetch(`${hello.http}/nothing`)).json());
  assert.deepEqual(Object.keys(missing.error), ['code', 'message', 'next']);
  child.stdin.end();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.equal(lines.length, 1);
});

test('detached it outlives its standard input and ends when told', async () => {
  const { child, hello } = await startProcess(['--detached'], 'ignore');
  assert.equal((await fetch(`${hello.http}/state`)).status, 200);
  await fetch(`${hello.http}/stop`, { method: 'POST' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('SIGTERM ends it', async () => {
  const { child } = await startProcess();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('with --state a new process goes on where the old one ended', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fake-whatsapp-'));
  const phone = '+15550100001';
  const first = await startProcess(['--state', dir, '--record-limit', '100']);
  await fetch(`${first.hello.http}/phones`, { method: 'POST', body: JSON.stringify({ phone }) });
  first.child.kill('SIGTERM');
  await once(first.child, 'exit');
  const second = await startProcess(['--state', dir]);
  assert.equal(second.hello.root, first.hello.root);
  const state = /** @type {any} */ (await (await fetch(`${second.hello.http}/state`)).json());
  assert.deepEqual(Object.keys(state.accounts), [phone]);
  // What changed a moment ago outlives a kill as well.
  await fetch(`${second.hello.http}/phones`, {
    method: 'POST',
    body: JSON.stringify({ phone: '+15550100002' }),
  });
  await new Promise(resolve => setTimeout(resolve, 1000));
  second.child.kill('SIGKILL');
  await once(second.child, 'exit');
  const third = await startProcess(['--state', dir]);
  const after = /** @type {any} */ (await (await fetch(`${third.hello.http}/state`)).json());
  assert.equal(Object.keys(after.accounts).length, 2);
  third.child.stdin.end();
  await once(third.child, 'exit');
  rmSync(dir, { recursive: true });
});

test('a wait for something that never comes times out with 408', async () => {
  const { child, hello } = await startProcess();
  const response = await fetch(`${hello.http}/wait?type=violation&timeout_ms=50`);
  assert.equal(response.status, 408);
  assert.equal(/** @type {any} */ (await response.json()).error.code, 'timeout');
  child.stdin.end();
  await once(child, 'exit');
});
