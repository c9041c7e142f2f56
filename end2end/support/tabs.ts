// Somebody looks at a tab again, after another one.
import { expect, type Page } from '@playwright/test';

/** They look at it. Tabs without a screen are never left, so that the browser says nothing of it. */
export async function comeBack(page: Page): Promise<void> {
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
}

/** Comes back, and waits until the page has asked whose it is. */
export async function comeBackAndAsk(page: Page): Promise<void> {
  const asked = page.waitForResponse('**/api/identity/viewer');
  await comeBack(page);
  expect((await asked).status()).toBe(200);
}
