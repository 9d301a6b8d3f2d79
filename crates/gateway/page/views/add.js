// One more account.

/** @import { Mode, View } from '../types.d.ts' */

import { control } from '../api.js';
import { accountProblem } from '../numbers.js';
import { accountAddress } from '../router.js';
import { html, nothing } from '../vendor/lit-html.js';
import { modeChoice } from './setup-choices.js';

/** @type {View<null, { id?: string, mode?: Mode, tried?: boolean }>} */
export const add = {
  title: 'Add an account',
  concerns: () => false,
  render(context) {
    const { state, status } = context;
    const id = state.id ?? '';
    const mode = state.mode ?? 'dedicated';
    const problem = accountProblem(
      id,
      (status?.accounts ?? []).map(info => info.account),
    );
    const shown = problem !== undefined && (state.tried || id !== '') ? problem : undefined;
    const submit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      state.tried = true;
      context.update();
      if (problem !== undefined) return;
      const request = {
        verb: /** @type {const} */ ('channels_add'),
        account: id,
        mode,
        dm_policy: null,
        allow_from: [],
      };
      if (await context.act('add', () => control(request, 'done'))) {
        context.go(accountAddress(context.agent, id, 'setup'));
      }
    };
    const typed = (/** @type {InputEvent} */ event) => {
      state.id = /** @type {HTMLInputElement} */ (event.target).value;
      context.update();
    };
    return html`<form novalidate @submit=${submit}>
      <div class="field">
        <label for="id">Its id</label>
        <p class="help" id="id-help">A short name for commands and the config, such as <code>shop</code>. It stays as it is.</p>
        <input id="id" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="40" .value=${id}
          aria-describedby="id-help id-wrong" aria-invalid=${shown === undefined ? 'false' : 'true'} @input=${typed}>
        <p class="wrong" id="id-wrong" aria-live="polite">${shown ?? nothing}</p>
      </div>
      ${modeChoice(mode, chosen => {
        state.mode = chosen;
        context.update();
      })}
      <div class="actions"><button type="submit" class="main" aria-disabled=${context.busy('add') ? 'true' : nothing}>Add it</button></div>
    </form>`;
  },
};
