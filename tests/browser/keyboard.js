// Somebody without a mouse: Tab, Shift+Tab, Enter, Space, arrows and text are all they have, and they have to see where they are.

import assert from 'node:assert/strict';

/** Nothing should be further away than this many stops. */
const STOPS = 60;

/**
 * Presses Tab until something has the focus. @param {import('./visit.js').Visit} visit
 * @param {import('playwright-core').Locator} goal
 */
export async function tabTo({ page }, goal) {
  await goal.waitFor();
  const passed = [];
  for (let i = 0; i <= STOPS; i++) {
    if (await goal.evaluate(element => element === document.activeElement)) {
      await showsFocus(page);
      return;
    }
    await page.keyboard.press('Tab');
    passed.push(await page.evaluate(() => document.activeElement?.textContent?.trim().slice(0, 30)));
  }
  assert.fail(`Tab does not come to ${goal}; it passed ${passed.join(' | ')}`);
}

/** @param {import('./visit.js').Visit} visit @param {import('playwright-core').Locator} goal */
export async function tabAndPress(visit, goal, key = 'Enter') {
  await tabTo(visit, goal);
  await visit.page.keyboard.press(key);
}

/** What has the focus looks so. @param {import('playwright-core').Page} page */
async function showsFocus(page) {
  const shown = await page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return 'nothing has the focus';
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const outlined = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
    return outlined || boxShadow !== 'none'
      ? ''
      : `${element.outerHTML.slice(0, 120)} does not show that it has the focus`;
  });
  assert.equal(shown, '');
}
