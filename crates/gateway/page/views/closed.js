// Shown to those who may not ask: how to get in.

/** @import { View } from '../types.d.ts' */

import { openSession } from '../api.js';
import { resume } from '../store.js';
import { command } from '../ui.js';
import { html } from '../vendor/lit-html.js';

/** @type {View} */
export const closed = {
  title: 'This page is closed',
  render(context) {
    const open = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.currentTarget);
      const token = String(new FormData(form).get('token') ?? '').trim();
      if (token === '') return;
      if (await context.act('open', () => openSession(token))) {
        form.reset();
        resume();
      }
    };
    return html`
      <p>A link opens it, once and for ten minutes. Ask for a new one where the gateway runs:</p>
      <p>${command('fased dashboard')}</p>
      <p class="quiet">In a container: ${command('docker compose exec fased fased dashboard')}</p>
      <h2>With the token</h2>
      <p>If the config has a <code>gateway.http.token</code>, that opens it, too.</p>
      <form class="row" @submit=${open}>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required>
        <button type="submit" class="main">Open</button>
      </form>`;
  },
};
