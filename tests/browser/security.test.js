// Who gets in: nobody without the link or the token, no other site, under no other name.

import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from './harness.js';
import { ask, control, pathOf, sessionOf } from './http.js';

const TOKEN = 'correct-horse-battery-staple';
const STATUS = { verb: 'status' };
const PAUSE = { verb: 'channels_pause', account: 'default' };
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An error as people and programs read it. @param {import('./http.js').Answer} answer @param {number} status */
function refused(answer, status) {
  assert.equal(answer.status, status, answer.body);
  const { error } = JSON.parse(answer.body);
  for (const part of ['code', 'message', 'next']) assert.equal(typeof error[part], 'string', answer.body);
}

/** @param {import('./world.js').World} world */
async function isRunning(world) {
  return (await world.account()).state !== 'suspended';
}

test('D1: nothing listens before somebody asks for the page', async world => {
  await world.start();
  assert.equal((await world.json(['status'])).gateway.http?.address ?? null, null);
  const link = await world.pageLink();
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/open\?t=[\w-]{22,}$/);
});

test('D1: without a cookie the page says how to get in, and no data leave the gateway', async world => {
  await world.start();
  const origin = new URL(await world.pageLink()).origin;
  refused(await ask(origin, '/session'), 401);
  refused(await control(origin, {}, STATUS), 401);
  refused(await ask(origin, '/events'), 401);
  refused(await ask(origin, '/qr', { method: 'POST', body: 'x', headers: { Origin: origin } }), 401);
  const madeUp = { cookie: `fased_page=${'A'.repeat(43)}`, key: 'A'.repeat(43) };
  refused(await control(origin, madeUp, STATUS), 401);
  const visit = await world.visit();
  visit.expect(/status of 401/);
  await visit.open(`${origin}/`);
  await visit.page.getByText('fased dashboard').first().waitFor();
  await visit.picture('closed');
  assert.doesNotMatch(await visit.page.locator('body').innerText(), /default|not linked/i);
});

test('D1: a link lets one browser in, once', async world => {
  await world.start();
  const link = await world.pageLink();
  const head = await ask(new URL(link).origin, pathOf(link), { method: 'HEAD' });
  assert.equal(head.headers['set-cookie'], undefined, 'looking at a link does not use it up');
  const visit = await world.visit();
  await visit.open(link);
  await visit.page.getByRole('link', { name: /main/ }).first().waitFor();
  assert.doesNotMatch(visit.page.url(), /t=|key=/, 'neither the code nor the key stays in the address');
  const [cookie] = await visit.context.cookies();
  assert.equal(cookie.name, 'fased_page');
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/']);
  assert.equal(await visit.page.evaluate(() => document.cookie), '', 'no script sees the cookie');

  const other = await world.visit();
  other.expect(/status of 401/);
  await other.open(link);
  assert.match(other.page.url(), /\/#\/closed$/);
  await other.page.getByText('fased dashboard').first().waitFor();
  await other.picture('link-used');
  assert.deepEqual(await other.context.cookies(), []);
});

test('D1: the token lets in, another one does not, and guessing is slowed down', async world => {
  await world.start({ gateway: { http: { token: TOKEN } } });
  const origin = new URL(await world.pageLink()).origin;
  const visit = await world.visit();
  visit.expect(/status of (401|429)/);
  await visit.open(`${origin}/`);
  const field = visit.page.getByLabel(/token/i);
  await field.fill(`${TOKEN}x`);
  await field.press('Enter');
  await visit.page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  await visit.picture('token-refused');
  assert.deepEqual(await visit.context.cookies(), []);
  await field.fill(TOKEN);
  await field.press('Enter');
  await visit.page.getByRole('link', { name: /main/ }).first().waitFor();

  const guess = () =>
    ask(origin, '/session', {
      method: 'POST',
      headers: { Origin: origin, 'Content-Type': 'application/json', 'X-Fased': '1' },
      body: JSON.stringify({ token: 'no' }),
    });
  const statuses = [];
  for (let i = 0; i < 12; i++) statuses.push((await guess()).status);
  assert.equal(statuses.at(0), 401);
  assert.equal(statuses.at(-1), 429, `too many failures are refused unseen: ${statuses}`);
  const link = await ask(origin, '/open?t=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  assert.equal(link.status, 429, 'links are guessed no faster');
  await sessionOf(await world.pageLink());
  // Who is in already does not feel it.
  await visit.page.reload();
  await visit.page.getByRole('link', { name: /main/ }).first().waitFor();
});

test('D1: whoever serves another port gets the cookie, and can do nothing with it', async world => {
  await world.start();
  const visit = await world.visitPage();
  await visit.page.getByRole('link', { name: /main/ }).first().waitFor();
  const origin = new URL(visit.page.url()).origin;
  let cookie = '';
  const site = http.createServer((request, answer) => {
    cookie ||= request.headers.cookie ?? '';
    answer.setHeader('Content-Type', 'text/html');
    answer.end('<!doctype html><link rel="icon" href="data:,"><title>elsewhere</title>');
  });
  await new Promise(resolve => site.listen(0, '127.0.0.1', () => resolve(undefined)));
  try {
    const address = site.address();
    const tab = await visit.context.newPage();
    await tab.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`);
    assert.match(cookie, /fased_page=/, 'a browser sends it to every port');
    assert.equal(await tab.evaluate(() => localStorage.length), 0, 'the key is not there');
    for (const key of [undefined, '', '1', 'A'.repeat(43)]) {
      const headers = { Cookie: cookie, Origin: origin, ...(key === undefined ? {} : { 'X-Fased': key }) };
      refused(await control(origin, { cookie, key }, STATUS), 401);
      for (const [method, path] of [
        ['GET', '/session'],
        ['GET', '/events'],
        ['POST', '/qr'],
        ['DELETE', '/session'],
      ])
        refused(await ask(origin, path, { method, headers }), 401);
      assert.equal((await ask(origin, '/metrics', { headers })).status, 401);
    }
  } finally {
    site.closeAllConnections();
    site.close();
  }
});

test('D1: pictures in a web page neither use up a link nor lock anybody out', async world => {
  await world.start();
  const link = await world.pageLink();
  const { origin } = new URL(link);
  const picture = { 'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Site': 'cross-site' };
  for (const path of [...Array(12).fill('/open?t=x'), pathOf(link)]) {
    const answer = await ask(origin, path, { headers: picture });
    assert.deepEqual([answer.status, answer.headers.location], [303, '/#/closed']);
    assert.equal(answer.headers['set-cookie'], undefined);
  }
  assert.equal((await ask(origin, '/open?t=x')).status, 303, 'none of them was counted');
  await sessionOf(link);
});

test('D1: what another site sends does nothing', async world => {
  await world.startLinked();
  const link = await world.pageLink();
  const origin = new URL(link).origin;
  const session = await sessionOf(link);
  const foreign = 'http://127.0.0.1:1';
  for (const headers of [{ Origin: foreign }, { Origin: 'null' }, { Origin: undefined }])
    refused(await control(origin, session, PAUSE, headers), 403);
  // No form and no script of another page can send this header, and none knows what to say in it.
  for (const key of [undefined, '', '1'])
    refused(await control(origin, session, PAUSE, { 'X-Fased': key }), 401);
  refused(await control(origin, session, PAUSE, { 'Content-Type': 'text/plain' }), 415);
  assert.ok(await isRunning(world), 'none of these paused the account');
  // The same with everything right does it, so it is not the request that was wrong.
  assert.equal((await control(origin, session, PAUSE)).status, 200);
  await world.untilAccount('suspended');
});

test('D1: a page of another origin cannot use the cookie of somebody who is let in', async world => {
  await world.startLinked();
  const visit = await world.visitPage();
  const origin = new URL(visit.page.url()).origin;
  // Another port of the same address is the same site: the cookie goes along, so the rest has to hold.
  const site = http.createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end('<!doctype html><link rel="icon" href="data:,"><title>elsewhere</title>');
  });
  await new Promise(resolve => site.listen(0, '127.0.0.1', () => resolve(undefined)));
  try {
    const address = site.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const tab = await visit.context.newPage();
    visit.expect(
      /blocked by CORS policy|net::ERR_|status of 4\d\d|frame-ancestors|Refused to frame|Framing /,
    );
    await tab.goto(`http://127.0.0.1:${port}/`);
    const got = await tab.evaluate(attack, { origin, body: JSON.stringify(PAUSE) });
    assert.deepEqual(got, { plain: 'failed', json: 'failed', read: 'failed', events: 'failed' });
    // The first one was sent all the same, and what is sent later is answered later.
    await visit.page.evaluate(() => fetch('/livez'));
    assert.ok(await isRunning(world), 'the account was not paused');
    const frame = await tab.waitForSelector('iframe');
    const inside = await (await frame.contentFrame())?.locator('body').innerText();
    assert.doesNotMatch(inside ?? '', /Fased|Agents/, 'it cannot be framed');
  } finally {
    site.closeAllConnections();
    site.close();
  }
});

/** Runs on the other site. @param {{ origin: string, body: string }} input */
async function attack({ origin, body }) {
  /** @param {string} path @param {RequestInit} init */
  const outcome = async (path, init) => {
    try {
      const answer = await fetch(origin + path, { credentials: 'include', ...init });
      return answer.type === 'opaque' ? 'sent' : await answer.text();
    } catch {
      return 'failed';
    }
  };
  const headers = { 'Content-Type': 'application/json', 'X-Fased': '1' };
  const plain = await outcome('/control', { method: 'POST', mode: 'no-cors', body });
  const json = await outcome('/control', { method: 'POST', headers, body });
  const read = await outcome('/session', {});
  const events = await new Promise(resolve => {
    const source = new EventSource(`${origin}/events`, { withCredentials: true });
    source.onopen = () => resolve('open');
    source.onerror = () => {
      source.close();
      resolve('failed');
    };
  });
  const frame = document.createElement('iframe');
  frame.src = `${origin}/`;
  await new Promise(resolve => {
    frame.onload = resolve;
    frame.onerror = resolve;
    document.body.append(frame);
  });
  return { plain, json, read, events };
}

test('D1: under another name than its own the gateway does not answer', async world => {
  await world.start();
  const link = await world.pageLink();
  const { origin, port } = new URL(link);
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '10.0.0.1', ''])
    for (const path of ['/', '/session', pathOf(link)]) {
      const answer = await ask(origin, path, { headers: { Host: host } });
      assert.ok([400, 421].includes(answer.status), `${host}${path}: ${answer.status}`);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  // The link is still good: nobody used it up under a wrong name.
  const session = await sessionOf(link);
  refused(
    await control(origin, session, STATUS, { Host: 'evil.example', Origin: 'http://evil.example' }),
    421,
  );
  const local = `localhost:${port}`;
  const named = await control(origin, session, STATUS, { Host: local, Origin: `http://${local}` });
  assert.equal(named.status, 200, 'localhost is a name of its own');
});

test('D1: every answer says that it may not be framed, sniffed, referred to or kept', async world => {
  await world.start();
  const link = await world.pageLink();
  const { origin } = new URL(link);
  const session = await sessionOf(link);
  const answers = {
    '/': await ask(origin, '/'),
    '/nowhere': await ask(origin, '/nowhere'),
    '/open': await ask(origin, '/open?t=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
    '/session': await ask(origin, '/session'),
    '/control': await control(origin, session, STATUS),
  };
  for (const [path, { headers }] of Object.entries(answers)) {
    assert.equal(headers['content-security-policy'], CSP, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
    assert.equal(headers['access-control-allow-origin'], undefined, path);
    if (path !== '/') assert.match(headers['cache-control'] ?? '', /no-store/, path);
  }
  for (const path of [
    '/..%2f..%2fCargo.toml',
    '/../Cargo.toml',
    '/%2e%2e/Cargo.toml',
    '/vendor/',
    '//etc/passwd',
  ])
    assert.equal((await ask(origin, path)).status, 404, path);
});

test('D1: who signs out is out, and switching the page off ends all of it', async world => {
  await world.start();
  const link = await world.pageLink();
  const { origin } = new URL(link);
  const { cookie, key } = await sessionOf(link);
  const answer = await ask(origin, '/session', {
    method: 'DELETE',
    headers: { Cookie: cookie, Origin: origin, 'X-Fased': key },
  });
  assert.equal(answer.status, 204);
  assert.match(answer.headers['set-cookie']?.[0] ?? '', /fased_page=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/);

  const off = await world.fased(['dashboard', '--off']);
  assert.equal(off.code, 0, off.stderr);
  await assert.rejects(ask(origin, '/'), /ECONNREFUSED/, 'nobody listens any more');
  const again = new URL(await world.pageLink()).origin;
  refused(await control(again, { cookie, key }, STATUS), 401);
});

test('D1: beyond this machine the listener needs to be told so, and a token', async world => {
  await world.start();
  await world.endGateway();
  world.configure({ gateway: { http: { enabled: true, bind: '0.0.0.0' } } });
  const checked = await world.fased(['config', 'validate']);
  assert.equal(checked.code, 2, checked.stdout + checked.stderr);
  assert.match(checked.stderr, /exposed|token/);
});
