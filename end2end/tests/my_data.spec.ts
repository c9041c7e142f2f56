// My data: an export is asked for, watched while it is put together, and downloaded.
import { readFileSync } from 'node:fs';
import { hydrated, PASSWORD } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

// A wrong password is answered with 422, which the console reports.
test.use({ forgiven: ['422'] });

test('an export is asked for and downloaded', async ({ member: page }) => {
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'Export all my data' }).click();
  const row = page.getByRole('table', { name: 'Exports' }).getByRole('row').nth(1);
  await expect(row).toContainText('Ready', { timeout: 60_000 });
  await expectAccessible(page);
  const coming = page.waitForEvent('download');
  await row.getByRole('link', { name: 'Download' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^lyceum-\d{4}-\d{2}-\d{2}\.zip$/);
  const bytes = readFileSync(await download.path());
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  expect(bytes.includes('profile.json')).toBe(true);
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});

test('an account is deleted by its password, says so, and is kept after all', async ({ member: page }) => {
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'Delete my account…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await expect(dialog).toContainText('Teams that nobody else is in go with everything in them');
  await expectAccessible(page);
  await dialog.getByLabel('Your password').fill('something else entirely 1');
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await expect(dialog.getByText('This is not your present password.')).toBeVisible();
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await expect(page.getByText('Your account is deleted on')).toBeVisible();
  await page.goto('/datasets');
  await hydrated(page);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep my account' }).click();
  await expect(page.getByText('Your account is deleted on')).toHaveCount(0);
});
