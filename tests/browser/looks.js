// What makes a page usable, measured in Chromium: nothing sticks out, nothing lies over something else, targets are large
// enough, and axe has nothing serious to say.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

/** For the `scripts` of a visit that is to be looked at by axe. */
export const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** @param {import('./visit.js').Visit} visit @param {string} where for the message */
export async function fits({ page }, where) {
  const wrong = await page.evaluate(measure);
  assert.deepEqual(wrong, [], `${where} at ${page.viewportSize()?.width} px`);
}

/** Runs in the page. @returns {string[]} what is wrong */
function measure() {
  const wrong = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) wrong.push(`the page scrolls sideways by ${wide} px`);

  /** @param {Element} element */
  const name = element => {
    const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
    return `<${element.localName}${element.className ? `.${element.className}` : ''}> "${text}"`;
  };
  /** What is seen of a box: it is cut off by whatever scrolls or hides around it. @param {Element | null} inside @param {DOMRect} box */
  const seen = (inside, box) => {
    let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
    for (let around = inside; around !== null; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      const edge = around.getBoundingClientRect();
      if (around === document.body || around === document.documentElement) continue;
      left = Math.max(left, edge.left);
      top = Math.max(top, edge.top);
      right = Math.min(right, edge.right);
      bottom = Math.min(bottom, edge.bottom);
    }
    return { left, top, right, bottom };
  };
  const CONTROLS = 'a[href], button, input, select, textarea, summary';
  const modal = document.querySelector('dialog[open]');
  /** @type {{ element: Element, box: { left: number, top: number, right: number, bottom: number } }[]} */
  const pieces = [];
  /** @param {Element} element @param {DOMRect} rect @param {Element | null} inside */
  const add = (element, rect, inside) => {
    const box = seen(inside, rect);
    // What is only for screen readers is a pixel or two.
    if (box.right - box.left > 2 && box.bottom - box.top > 2) pieces.push({ element, box });
  };
  for (const element of (modal ?? document.body).querySelectorAll('*')) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest('svg') !== null && element.localName !== 'svg') continue;
    if (element.closest('select') !== null && element.localName !== 'select') continue;
    if (element.matches(`${CONTROLS}, img, svg`)) {
      add(element, element.getBoundingClientRect(), element.parentElement);
      continue;
    }
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || node.textContent?.trim() === '') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) add(element, rect, element);
    }
  }
  const width = document.documentElement.clientWidth;
  for (const { element, box } of pieces) {
    if (element.closest('.skip') !== null) continue;
    if (box.right > width + 1 || box.left < -1) wrong.push(`${name(element)} sticks out`);
  }
  for (const [i, one] of pieces.entries())
    for (const other of pieces.slice(i + 1)) {
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // Lines of text may touch: their boxes are as high as the line.
      if (across > 2 && down > 4) wrong.push(`${name(one.element)} overlaps ${name(other.element)}`);
    }
  // 24 px is what WCAG 2.2 asks of a target that is not in the middle of a sentence.
  for (const { element, box } of pieces)
    if (element.matches('button, select, input:not([type=checkbox], [type=radio]), summary'))
      if (box.bottom - box.top < 24 || box.right - box.left < 24)
        wrong.push(`${name(element)} is too small to be hit`);
  // Where one is has to be seen without looking for it.
  for (const link of document.querySelectorAll('nav [aria-current]')) {
    const { left, right } = link.getBoundingClientRect();
    const edge = link.closest('nav')?.getBoundingClientRect();
    if (edge && (left < edge.left - 1 || right > edge.right + 1)) wrong.push(`${name(link)} is out of sight`);
  }
  return [...new Set(wrong)];
}

/** @param {import('./visit.js').Visit} visit that has `AXE` among its scripts @param {string} where for the message */
export async function accessible({ page }, where) {
  const found = await page.evaluate(async () => {
    // It came with the visit.
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => `${html.slice(0, 160)}: ${failureSummary}`),
    }));
  });
  const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(grave, [], `axe on ${where}`);
}
