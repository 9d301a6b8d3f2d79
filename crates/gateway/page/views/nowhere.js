// An address that means nothing.

/** @import { View } from '../types.d.ts' */

import { address } from '../router.js';
import { html } from '../vendor/lit-html.js';

/** @type {View} */
export const nowhere = {
  title: 'There is nothing here',
  render: ({
    account,
    agent,
  }) => html`<p>${account === '' ? 'This address names nothing that this page has.' : `There is no Agent ${agent}, no account ${account}, or it has no such section.`}</p>
    <p><a href=${address('agents')}>To the Agents</a></p>`,
};
