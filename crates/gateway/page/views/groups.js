// Groups of an account.

/** @import { View } from '../types.d.ts' */

import { html } from '../vendor/lit-html.js';

/** @type {View} */
export const groups = {
  title: 'Groups',
  render: () => html`<p class="empty">This section is being built.</p>`,
};
