// What holds for every screen: nothing for axe to find in either theme, no sideways scrolling on a phone, a quiet console.
import type { Page } from '@playwright/test';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { PromptsPage } from '../pages/PromptsPage';
import { expect, expectAccessible, test } from '../support/test';
import { hydrated } from '../support/people';

const SIGNED_OUT = ['/sign-in', '/sign-in/code', '/sign-in/email-code', '/sign-in/email-code/enter', '/sign-in/link', '/sign-up', '/sign-up/finish', '/forgot-password', '/forgot-password/sent', '/reset-password', '/reset-password/done', '/confirm-email', '/confirm-email/done'];
const SIGNED_IN = ['/chat', '/datasets', '/prompts', '/prompts/new', '/team', '/team/groups', '/team/settings', '/account', '/account/two-step-required', '/admin/models', '/admin/people', '/admin/roles', '/team/audit', '/admin/audit', '/admin/mails', '/admin/sign-in', '/admin/licences'];

/** A dataset, a prompt over it and a chat that quotes it: the address of each, the chat with its source open. */
async function screensOfThings(page: Page): Promise<{ address: string; open?: () => Promise<void> }[]> {
  const name = `Rules ${Date.now()}`;
  const datasets = new DatasetsPage(page);
  await datasets.create(name);
  const dataset = page.url();
  await datasets.upload(
    { name: 'rules.md', mimeType: 'text/markdown', buffer: Buffer.from('# Keys\n\nThe spare key of the observatory is in the blue cabinet.') },
    { name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 and nothing else') },
  );
  await datasets.expectStatus('rules.md', 'Ready');
  await datasets.expectStatus('broken.pdf', 'Failed');
  await new PromptsPage(page).create(name, name);
  const prompt = page.url();
  const chat = new ChatPage(page);
  await page.goto(`/chat?prompt=${prompt.split('/').pop()}`);
  await hydrated(page);
  await chat.ask('Where is the spare key of the observatory?');
  await expect(chat.answer).toHaveAttribute('data-status', 'Success', { timeout: 60_000 });
  const open = async () => {
    await chat.source(1).click();
    await expect(chat.sources.locator('mark').first()).toBeVisible();
  };
  return [{ address: dataset }, { address: prompt }, { address: page.url(), open }];
}

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any screen (${theme})`, async ({ administrator: page, page: stranger, baseURL }) => {
    test.setTimeout(240_000);
    await page.context().addCookies([{ name: 'theme', value: theme, url: baseURL! }]);
    for (const address of SIGNED_IN) {
      await page.goto(address);
      await hydrated(page);
      await expect(page.getByRole('main')).toBeVisible();
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      await expectAccessible(page);
    }
    for (const { address, open } of await screensOfThings(page)) {
      await page.goto(address);
      await hydrated(page);
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      await expectAccessible(page);
      if (open) await open();
      await expectAccessible(page);
      await page.setViewportSize({ width: 375, height: 812 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), address).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    await stranger.context().addCookies([{ name: 'theme', value: theme, url: baseURL! }]);
    for (const address of SIGNED_OUT) {
      await stranger.goto(address);
      await hydrated(stranger);
      await expectAccessible(stranger);
    }
  });
}

test('no screen scrolls sideways at 375 px', async ({ administrator, page: stranger }) => {
  for (const [page, addresses] of [[administrator, SIGNED_IN], [stranger, SIGNED_OUT]] as const) {
    await page.setViewportSize({ width: 375, height: 812 });
    for (const address of addresses) {
      await page.goto(address);
      await hydrated(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, address).toBeLessThanOrEqual(0);
      // The bar of sections scrolls to the present one in a frame of its own.
      const askew = await page.evaluate(async () => {
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return ['.frame', '.frame-main', '.screen'].filter((name) => document.querySelector(name)?.scrollLeft);
      });
      expect(askew, address).toEqual([]);
    }
  }
});

test.describe('without an address of ours', () => {
  test.use({ forgiven: ['404'] });
  test('an unknown page answers 404 in words', async ({ page }) => {
    const response = await page.goto('/nowhere');
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('main')).toContainText(/not|nothing/i);
    await hydrated(page);
    await expectAccessible(page);
  });
});
