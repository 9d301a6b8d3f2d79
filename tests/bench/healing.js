// How long an account is away after its sidecar was killed, and after its connection fell silent.

import { join } from 'node:path';
import { Gateway } from './gateway.js';

/** @param {import('./round.js').Stage} stage */
export async function healing({ dir, sizes, note, newFake, running }) {
  const side = new Gateway(join(dir, 'healing'), await newFake());
  running.add(side);
  await side.link();
  for (let i = 0; i < sizes.kills; i++) {
    // Each in a gateway of its own: what fails once more soon after has to wait, which is not what is asked here.
    await side.startLinked();
    const [sidecar] = side.sidecars;
    const killed = performance.now();
    process.kill(sidecar, 'SIGKILL');
    await readyAgain(side, sidecar);
    note('killed', 'ours', performance.now() - killed);
    await side.stop();
  }
  await side.startLinked();
  const [sidecar] = side.sidecars;
  const silent = performance.now();
  await side.fake.fault('half_open');
  await readyAgain(side, sidecar);
  note('half open', 'ours', (performance.now() - silent) / 1000);
  await side.stop();
  running.delete(side);
}

/** Waits until another process holds the link. */
function readyAgain(side, sidecar) {
  return side.untilAll(account => account.state === 'ready' && account.sidecar_pid !== sidecar);
}
