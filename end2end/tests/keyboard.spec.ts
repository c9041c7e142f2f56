// Without a mouse: from signing in to an opened and closed source.
import type { Locator, Page } from '@playwright/test';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { PromptsPage } from '../pages/PromptsPage';
import { hydrated, PASSWORD, signUp } from '../support/people';
import { expect, test } from '../support/test';

const KEY = 'The caretaker keeps the spare key of the observatory in the blue cabinet.';

/** Moves the focus until it is where it is wanted; fails when it never gets there. */
async function moveTo(page: Page, wanted: Locator, key: 'Tab' | 'Shift+Tab' | 'ArrowDown' = 'Tab'): Promise<void> {
  await wanted.waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(wanted).toBeFocused();
}

test('a source is opened and closed with the keyboard alone', async ({ page }) => {
  test.setTimeout(180_000);
  const email = await signUp(page);
  const datasets = new DatasetsPage(page);
  await datasets.create('House rules');
  await datasets.upload({ name: 'rules.txt', mimeType: 'text/plain', buffer: Buffer.from(KEY) });
  await datasets.expectStatus('rules.txt', 'Ready');
  await new PromptsPage(page).create('Caretaker', 'House rules');
  // Away from the screen first: it would ask once more, and be refused.
  await page.goto('about:blank');
  await page.context().clearCookies();

  await page.goto('/sign-in');
  await hydrated(page);
  await moveTo(page, page.getByLabel('Email'));
  await page.keyboard.type(email);
  await moveTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/chat');
  await hydrated(page);

  const chat = new ChatPage(page);
  await moveTo(page, page.getByRole('button', { name: /^Prompt\b/ }));
  await page.keyboard.press('Enter');
  const items = page.getByRole('menuitem');
  await expect(items.first()).toBeFocused();
  await moveTo(page, items.filter({ hasText: 'Caretaker' }), 'ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Prompt\b/ })).toContainText('Caretaker');

  await moveTo(page, chat.message);
  await page.keyboard.type('Where is the spare key of the observatory?');
  await page.keyboard.press('Enter');
  await expect(chat.answer).toHaveAttribute('data-status', 'Success', { timeout: 60_000 });
  await page.keyboard.press('Shift+Escape');
  await expect(chat.message).toBeFocused();
  await moveTo(page, chat.source(1), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(chat.sources.getByRole('button', { name: 'Close sources' })).toBeFocused();
  await expect(chat.sources.locator('mark')).toContainText('blue cabinet');
  await page.keyboard.press('Escape');
  await expect(chat.sources).toHaveCount(0);
  await expect(chat.source(1)).toBeFocused();
});
