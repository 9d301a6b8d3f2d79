// Somebody who looks at the page with a browser of their own: no cookies but their own, and every complaint of Chromium
// about the page is kept, so that a test fails by them.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browser } from './chromium.js';

/** @typedef {{ width?: number, height?: number, dark?: boolean, scripts?: string[] }} Looks */

const PATIENCE_MS = 30_000;
const PICTURES = process.env.FASED_SCREENSHOTS;

export class Visit {
  /** What went wrong on the page, in the order in which it did. @type {string[]} */
  problems = [];
  /** What may go wrong in this test. @type {RegExp[]} */
  expected = [];

  /** @param {Looks} looks @returns {Promise<Visit>} */
  static async start({ width = 1200, height = 900, dark = false, scripts = [] }) {
    const context = await (await browser()).newContext({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      // What moves makes pictures differ.
      reducedMotion: 'reduce',
      locale: 'en-GB',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    for (const path of scripts) await context.addInitScript({ path });
    return new Visit(context, await context.newPage(), dark ? 'dark' : 'light');
  }

  /**
   * @param {import('playwright-core').BrowserContext} context
   * @param {import('playwright-core').Page} page
   * @param {string} scheme
   */
  constructor(context, page, scheme) {
    this.context = context;
    this.page = page;
    this.scheme = scheme;
    context.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.problems.push(`console: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', error => this.problems.push(`uncaught: ${error.error().stack}`));
    page.on('dialog', dialog => {
      this.problems.push(`a dialog of the browser: ${dialog.message()}`);
      return dialog.dismiss();
    });
  }

  /** @param {string} url */
  async open(url) {
    await this.page.goto(url);
  }

  /** Complaints that belong to the test. @param {RegExp} pattern */
  expect(pattern) {
    this.expected.push(pattern);
  }

  nothingWrong() {
    const wrong = this.problems.filter(problem => !this.expected.some(pattern => pattern.test(problem)));
    assert.deepEqual(wrong, [], 'Chromium complained');
  }

  /** A picture of a state for people to look at, where a folder for them is named. @param {string} name */
  async picture(name) {
    if (!PICTURES) return;
    mkdirSync(PICTURES, { recursive: true });
    const path = join(PICTURES, `${name}-${this.page.viewportSize()?.width}-${this.scheme}.png`);
    await this.page.screenshot({ path, fullPage: true });
  }

  /** @param {string} title @returns {Promise<string>} where it looked like what when the test failed */
  async failed(title) {
    const folder = PICTURES ?? tmpdir();
    const path = join(folder, `fased-failed-${title.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 80)}.png`);
    try {
      mkdirSync(folder, { recursive: true });
      await this.page.screenshot({ path, timeout: 5_000 });
      return `${this.page.url()} looked like this: ${path}`;
    } catch (error) {
      return `no picture could be taken: ${error}`;
    }
  }

  async end() {
    await this.context.close();
  }
}
