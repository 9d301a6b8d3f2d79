// Log of an account.

/** @import { View } from '../types.d.ts' */

import { html } from '../vendor/lit-html.js';

/** @type {View} */
export const log = {
  title: 'Log',
  render: () => html`<p class="empty">This section is being built.</p>`,
};
