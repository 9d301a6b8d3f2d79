import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const NOISY = fileURLToPath(new URL('./helpers/noisy.js', import.meta.url));

test('whatever libraries print, stdout holds frames only and stderr no objects', async () => {
  const child = spawn(process.execPath, [NOISY], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  // A slow reader: what is still unread when the process wants to end must arrive.
  child.stdout.setEncoding('utf8').on('data', chunk => {
    out += chunk;
    child.stdout.pause();
    setImmediate(() => child.stdout.resume());
  });
  child.stderr.setEncoding('utf8').on('data', chunk => {
    err += chunk;
  });
  const code = await new Promise(resolve => child.once('close', resolve));
  assert.equal(code, 0, err);
  const frames = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  assert.deepEqual(
    frames.map(frame => frame.status),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
  assert.match(err, /console: Closing session:/);
  assert.match(err, /console: Opening session:/);
  assert.match(err, /a library wrote \d+ bytes to stdout/);
  for (const secret of [
    'this-private-key',
    '15550100002',
    Buffer.from('this-private-key').toString('base64'),
    '74 68 69 73',
  ]) {
    assert(!err.includes(secret), secret);
  }
});
