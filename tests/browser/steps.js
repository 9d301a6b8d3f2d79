// What somebody does on the page, step by step; several tests take the same steps.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {import('./visit.js').Visit} Visit */

/** Where a section of the default account is. @param {string[]} path */
export function accountPath(...path) {
  return `/#/agents/main/channels/whatsapp/default/${path.join('/')}`;
}

/** @param {Visit} visit @param {string[]} path */
export async function goTo({ page }, ...path) {
  const { origin } = new URL(page.url());
  await page.goto(origin + accountPath(...path));
}

/** From the list of Agents to an account that is not linked yet, as a person goes. @param {Visit} visit */
export async function goToSetup({ page }) {
  // A gateway that has just begun does not know yet that no phone is linked.
  await page.getByRole('banner').getByText('default unlinked').waitFor();
  await page.getByRole('link', { name: /^main/ }).click();
  await page
    .getByRole('main')
    .getByRole('link', { name: /^WhatsApp/ })
    .click();
  await page
    .getByRole('main')
    .getByRole('link', { name: /^default/ })
    .click();
}

/** What the QR on the page says, read from what is seen. @param {Visit} visit @returns {Promise<string>} */
export async function readQr({ page }) {
  const qr = page.getByRole('img', { name: /QR code/ });
  await qr.waitFor();
  const path = join(tmpdir(), `fased-qr-${process.pid}-${Date.now()}.png`);
  try {
    await qr.screenshot({ path });
    return execFileSync('zbarimg', ['--raw', '--quiet', path], { encoding: 'utf8' }).trim();
  } catch (error) {
    throw new Error(`no QR can be read (by zbarimg, of the package zbar-tools): ${error}`);
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {Visit} visit @param {string} name */
export function press({ page }, name) {
  return page.getByRole('button', { name, exact: true }).click();
}
