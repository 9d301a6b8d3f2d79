// A gateway without a config is linked to the fake's phone; a stranger writes, is approved, and answered.

import { ANNA, Stage } from '../browser/stage.js';

/** @returns {Promise<import('./clone.js').Measured>} */
export async function fromLogin() {
  const stage = new Stage();
  try {
    await stage.start();
    const { fake } = stage;
    await fake.call('POST /contacts', { phone: ANNA });
    const began = performance.now();
    /** @type {import('./clone.js').Measured['steps']} */
    const steps = [];
    const step = what => steps.push({ what, ms: performance.now() - began });
    await stage.link(({ event }) => {
      if (event === 'qr') step('the QR is shown');
      if (event === 'linked') step('the phone is linked');
    });
    step('the account is ready');
    await fake.send(ANNA, 'hello');
    const { text } = await fake.wait('message', { contact: ANNA });
    step('a stranger wrote and got a code');
    const code = /approve whatsapp (\w+)/.exec(text)?.[1];
    if (code === undefined) throw new Error('the first answer has no code in it');
    const after = await fake.lastSeq();
    const approved = await stage.fased(['pairing', 'approve', 'whatsapp', code]);
    if (approved.code !== 0) throw new Error(approved.stderr);
    await fake.wait('message', { contact: ANNA, text: 'hello' }, after);
    step('they were approved and had the first answer of the agent');
    return { remarks: ['the dev build, and the fake WhatsApp server on loopback'], steps };
  } finally {
    await stage.end();
  }
}
