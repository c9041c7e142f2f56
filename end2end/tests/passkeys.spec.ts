// Passkeys: added on the account screen, used at sign-in without an address, and removed. They need an address with a name: the server is one of its own.
import type { Page } from '@playwright/test';
import { ageSessions } from '../support/database';
import { VirtualDevice } from '../support/passkeys';
import { hydrated, PASSWORD, signUp } from '../support/people';
import { OwnServer } from '../support/server';
import { expect, expectAccessible, test } from '../support/test';

const server = new OwnServer();
let address = '';

test.describe.configure({ mode: 'serial' });
test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');
// A wrong password is answered with 422, what is refused with 409, and what has to be confirmed with 403; the console reports them.
test.use({ forgiven: ['422', '409', '403'], baseURL: async ({}, use) => use(address) });

test.beforeAll(async () => {
  await server.start('127.0.0.1:1', (url) => ({ LYCEUM_PUBLIC_URL: url.replace('127.0.0.1', 'localhost') }));
  address = server.url.replace('127.0.0.1', 'localhost');
});
test.afterAll(() => server.stop());

const passkeys = (page: Page) => page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');

test('it is added with the password, opens the account, and opens it no longer once it is removed', async ({ page }) => {
  const device = await VirtualDevice.plugInto(page);
  const email = await signUp(page, 'Katherine');
  await page.goto('/account');
  await hydrated(page);
  await expect(page.getByText('You have no passkey yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Add a passkey…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByLabel('Name').fill('Phone');
  await dialog.getByLabel('Your password').fill('not my password');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog.getByText('This is not your present password.')).toBeVisible();
  expect(await device.count()).toBe(0);
  await expectAccessible(page);
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('You can sign in with “Phone” from now on.')).toBeVisible();
  await expect(passkeys(page)).toContainText('Phone added on');
  await expect(passkeys(page)).toContainText('not used yet');
  expect(await device.count()).toBe(1);
  await expectAccessible(page);

  await page.context().clearCookies();
  await page.goto('/sign-in?next=/datasets');
  await hydrated(page);
  await device.recognise(false);
  await page.getByRole('button', { name: 'Continue with a passkey' }).click();
  await expect(page.getByText('Your device gave no passkey')).toBeVisible();
  await expectAccessible(page);
  await device.recognise(true);
  await page.getByRole('button', { name: 'Continue with a passkey' }).click();
  await page.waitForURL('**/datasets');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'Account menu' })).toContainText('Katherine');
  await page.goto('/account');
  await hydrated(page);
  await expect(passkeys(page)).toContainText('last used on');
  await expect(page.getByRole('table', { name: 'Recent sign-ins' })).toContainText('Passkey');
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);

  ageSessions(email, 11);
  await page.getByRole('button', { name: 'Export all my data' }).click();
  const confirming = page.getByRole('dialog', { name: 'Confirm it’s you' });
  await expect(confirming.getByLabel('Your password')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await expectAccessible(page);
  await confirming.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByText('Your export is being put together')).toBeVisible();
  await expect(confirming).toHaveCount(0);

  ageSessions(email, 11);
  await passkeys(page).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove passkey' }).click();
  await confirming.getByLabel('Your password').fill(PASSWORD);
  await confirming.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('You have no passkey yet.')).toBeVisible();
  await page.context().clearCookies();
  await page.goto('/sign-in');
  await hydrated(page);
  await page.getByRole('button', { name: 'Continue with a passkey' }).click();
  await expect(page.getByText('This passkey does not open an account here.')).toBeVisible();
});
