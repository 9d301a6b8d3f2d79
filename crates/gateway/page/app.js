// The page: one address, one view. It asks for what the view shows, and shows it again when something has happened; no
// view decides when to ask. A view is a module in views/ that exports one object `{ title, load, render }`: `View` and the
// `Context` that it is given are described in types.d.ts. What is shared is in ui.js and format.js, requests go through
// `control` of api.js, and sections.js lists the sections of an account. Whatever comes from outside is bound by lit-html
// and never made into HTML; styles are classes, as the content security policy forbids `style`.

/** @import { Context, Shown, View, Watched, WatchEvent } from './types.d.ts' */

import { asApiError, takeKey } from './api.js';
import { kindsOf, waitToAsk } from './events.js';
import { banner, crumbs, frame, linkState, titleOf } from './frame.js';
import { accountAddress, place } from './router.js';
import { landing, viewAt } from './sections.js';
import { accountInfo, known, noteFailure, now, refresh, start } from './store.js';
import { confirm, say, sayFailure } from './ui.js';
import { render } from './vendor/lit-html.js';

/** Times and countdowns move this often, milliseconds. */
const TICK_MS = 1000;

/** @param {string} id */
const element = id => /** @type {HTMLElement} */ (document.getElementById(id));
const main = element('main');

/** @type {Shown | undefined} */
let shown;
let drawing = false;
let focusHeading = false;
/** The section whose tab was scrolled to. */
let tabShown = '';

/**
 * @param {View} view
 * @param {ReturnType<typeof place>} at
 * @param {string} key
 * @returns {Shown}
 */
function mount(view, at, key) {
  const acting = new Set();
  /** @type {Context} */
  const context = {
    agent: at.agent,
    account: at.account,
    path: at.path,
    get info() {
      return accountInfo(at.account);
    },
    get status() {
      return known.status;
    },
    get events() {
      return at.account === '' ? known.events : known.events.filter(event => event.account === at.account);
    },
    get failed() {
      return mounted.loadError !== undefined;
    },
    data: undefined,
    state: {},
    now,
    update,
    reload: () => load(mounted),
    act: (name, work) => act(mounted, name, work),
    busy: name => acting.has(name),
    confirm,
    link: (section, ...path) => accountAddress(at.agent, at.account, section, ...path),
    go: address => {
      location.hash = address;
    },
    say,
  };
  /** @type {Shown} */
  const mounted = { key, view, context, place: at, acting, loading: false, again: false, loaded: 0 };
  return mounted;
}

/** Goes where the address says. */
function route() {
  const at = place(location.hash);
  const elsewhere = landing(at, known);
  if (elsewhere !== undefined) {
    location.replace(elsewhere);
    return;
  }
  const { key, view } = viewAt(at, known);
  if (shown !== undefined && shown.key === key && shown.view === view) {
    if (shown.place.path.join('/') === at.path.join('/')) return;
    shown.place = at;
    Object.assign(shown.context, { path: at.path });
    shown.actError = undefined;
    shown.loadError = undefined;
    shown.view.moved?.(shown.context);
  } else {
    if (shown !== undefined) {
      clearTimeout(shown.timer);
      shown.view.leave?.(shown.context);
    }
    shown = mount(view, at, key);
  }
  load(shown);
  update();
}

function navigated() {
  focusHeading = true;
  scrollTo(0, 0);
  route();
  // What the address names may be new.
  if (known.agents?.has(place(location.hash).agent) === false) refresh();
  update();
}

/** @param {Shown} which */
function load(which) {
  if (which.view.load === undefined || which !== shown) return;
  if (which.loading || document.hidden || known.session === false) {
    which.again = true;
    return;
  }
  clearTimeout(which.timer);
  which.timer = setTimeout(ask, waitToAsk(which.loaded, Date.now()), which);
}

/** @param {Shown} which */
async function ask(which) {
  which.loading = true;
  which.again = false;
  which.loaded = Date.now();
  const path = which.context.path;
  try {
    const data = await which.view.load?.(which.context);
    // The answer to an address that was left meanwhile would stand below the wrong one.
    if (which.context.path === path) which.context.data = data;
    which.loadError = undefined;
  } catch (error) {
    which.loadError = noteFailure(error);
  }
  which.loading = false;
  if (which.again || which.context.path !== path) load(which);
  update();
}

/**
 * @param {Shown} which
 * @param {string} name
 * @param {() => Promise<unknown>} work
 */
async function act(which, name, work) {
  if (which.acting.has(name)) return false;
  which.acting.add(name);
  which.actError = undefined;
  update();
  let done = true;
  try {
    const answer = await work();
    const message = /** @type {{ message?: unknown } | undefined} */ (answer)?.message;
    if (typeof message === 'string') say(message);
  } catch (error) {
    done = false;
    which.actError = noteFailure(error);
    sayFailure(asApiError(error).message);
  }
  which.acting.delete(name);
  refresh();
  load(which);
  update();
  return done;
}

/** @param {WatchEvent[]} events @param {number} skipped how many more there were */
function happened(events, skipped) {
  if (shown === undefined) return;
  const account = shown.context.account === '' ? undefined : shown.context.account;
  const types = /** @type {Set<Watched['type']>} */ (kindsOf(events, account));
  if (types.size === 0) return;
  const mine = events.filter(event => account === undefined || event.account === account);
  shown.view.happened?.(mine, shown.context, skipped);
  if (types.has('missed') || (shown.view.concerns?.(types, shown.context) ?? true)) load(shown);
  update();
}

/** Draws once for any number of changes. */
function update() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(draw);
}

/** What a button says that it does. @param {Element | null} element */
function labelOf(element) {
  return `${element?.getAttribute('aria-label') ?? ''} ${element?.textContent ?? ''}`;
}

function draw() {
  drawing = false;
  // The view of an account depends on its state, so what was learned may lead elsewhere.
  route();
  if (shown === undefined) return;
  document.title = titleOf(shown.view, shown.context, known);
  render(crumbs(shown.place, known), element('crumbs'));
  render(linkState(shown.context, known), element('link-state'));
  render(banner(known), element('banner'));
  const which = shown;
  const dismiss = () => {
    which.actError = undefined;
    update();
  };
  const held = document.activeElement;
  const meant = labelOf(held);
  render(frame(which, dismiss), main);
  // Whoever pressed a button that is gone would be at the top of the page again, and whoever presses once more where now
  // stands another would do what they never meant.
  const gone =
    held !== null && (!held.isConnected || (held instanceof HTMLButtonElement && labelOf(held) !== meant));
  if (gone && !focusHeading) main.querySelector('h1')?.focus({ preventScroll: true });
  if (focusHeading) {
    focusHeading = false;
    main.querySelector('h1')?.focus();
  }
  showTab();
}

/** On a phone not all tabs have room. Once for each section, as somebody may want to look at the others. */
function showTab() {
  const tab = main.querySelector('.tabs [aria-current]');
  const section = tab?.getAttribute('href') ?? '';
  if (section !== tabShown) tab?.scrollIntoView({ inline: 'center', block: 'nearest' });
  tabShown = section;
}

takeKey();
addEventListener('hashchange', navigated);
// The link would change the address, which is the router's.
document.querySelector('.skip')?.addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
setInterval(() => document.hidden || update(), TICK_MS);
main.replaceChildren();
start({
  agent: () => shown?.place.agent ?? '',
  changed: update,
  happened,
  stale: () => shown !== undefined && load(shown),
});
route();
