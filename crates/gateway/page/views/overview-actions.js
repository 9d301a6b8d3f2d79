// What can be done about an account: what its state asks for first, and the rest.

/** @import { AccountInfo, Context } from '../types.d.ts' */
/** @import { Action } from './possible.js' */

import { control } from '../api.js';
import { button } from '../ui.js';
import { html } from '../vendor/lit-html.js';
import { possible } from './possible.js';

/**
 * @param {Context} context
 * @param {AccountInfo} info
 */
export function actionsOf(context, { state }) {
  const { first, others } = possible(state);
  return [...first, ...others].map((action, index) =>
    actionButton(context, action, index === 0 && first.length > 0),
  );
}

/**
 * @param {Context} context
 * @param {Action} action
 * @param {boolean} main
 */
function actionButton(context, action, main) {
  const { account } = context;
  const kind = main ? 'main' : 'plain';
  const busy = context.busy(action);
  /** @param {'channels_pause' | 'channels_resume' | 'channels_restart'} verb */
  const ask = verb => context.act(action, () => control({ verb, account }, 'done'));
  switch (action) {
    case 'setup':
      return html`<a class="button ${kind}" href=${context.link('setup')}>Set up this number</a>`;
    case 'login':
      return html`<a class="button ${kind}" href=${context.link('link')}>Link a phone</a>`;
    case 'resume':
      return button({ label: 'Resume', act: () => ask('channels_resume'), busy, kind });
    case 'restart':
      return button({ label: 'Restart the link', act: () => ask('channels_restart'), busy, kind });
    case 'pause':
      return button({ label: 'Pause', act: () => pause(context, ask), busy, kind });
    case 'relink':
      return button({ label: 'Relink', act: () => unlink(context, true), busy, kind });
    case 'logout':
      return button({ label: 'Log out', act: () => unlink(context, false), busy, kind: 'danger' });
  }
}

/**
 * @param {Context} context
 * @param {(verb: 'channels_pause') => Promise<boolean>} ask
 */
async function pause(context, ask) {
  const sure = await context.confirm({
    title: `Pause ${context.account}?`,
    text: 'Its link is closed and stays so, over restarts too. WhatsApp keeps what is written to it, and it is read when you resume; old messages are then recorded and not answered.',
    action: 'Pause',
  });
  if (sure) await ask('channels_pause');
}

/**
 * Unlinks on WhatsApp's side; to relink, a phone is asked for after that.
 * @param {Context} context
 * @param {boolean} again
 */
async function unlink(context, again) {
  const { account } = context;
  const sure = await context.confirm({
    title: again ? `Link ${account} anew?` : `Log ${account} out?`,
    text: 'This device is unlinked from the phone and its login is lost: messages that come until a phone is linked again are not received here. Approvals, groups, Tasks and history are kept, and so is what waits to be sent, for as long as it is good.',
    action: again ? 'Unlink, then link anew' : 'Log out',
    danger: true,
  });
  if (!sure) return;
  const done = await context.act(again ? 'relink' : 'logout', () =>
    control({ verb: 'channels_logout', account }, 'done'),
  );
  if (done && again) context.go(context.link('link'));
}
