// Linking a phone to an account that is set up already.

/** @import { LoginState, View } from '../types.d.ts' */

import { html } from '../vendor/lit-html.js';
import { endLogin, loginPanel } from './login.js';

/** @type {View<null, LoginState>} */
export const link = {
  title: context => `Link a phone to ${context.account}`,
  concerns: () => false,
  leave: endLogin,
  render: context => html`
    ${loginPanel(context, () => context.go(context.link('overview')))}
    <p><a href=${context.link('overview')}>Back to the overview</a></p>`,
};
