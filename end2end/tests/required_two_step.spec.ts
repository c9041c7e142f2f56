// Required two-step sign-in: the administrator has it first, and whoever has none sets it up before anything else.
import type { Page } from '@playwright/test';
import { SignInAdminPage } from '../pages/SignInAdminPage';
import { hydrated, PASSWORD, signUp } from '../support/people';
import { OwnServer } from '../support/server';
import { expect, expectAccessible, test } from '../support/test';
import { totp } from '../support/totp';

// A database of its own: it holds for everybody on the installation. Without mail, so that accounts are made at once.
const server = new OwnServer();

test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');
// What is refused is answered with 403 or 409, which the console reports.
test.use({ forgiven: ['403', '409'], baseURL: async ({}, use) => use(server.url) });
test.beforeAll(() => server.start('127.0.0.1:1', { LYCEUM_SMTP_URL: '' }, `lyceum_required_${Date.now()}`));
test.afterAll(() => server.stop());

/** Goes through the dialog behind the button of the page; returns a recovery code. */
async function setUp(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Set up two-step sign-in…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set up two-step sign-in' });
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog.getByRole('img', { name: 'QR code of the secret' })).toBeVisible();
  const secret = (await dialog.locator('code').textContent())!;
  await dialog.getByLabel('Code', { exact: true }).fill(totp(secret));
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(10);
  const code = (await dialog.getByRole('listitem').first().textContent())!.trim();
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  return code;
}

test('the administrator requires it, and somebody without it sets it up first', async ({ page, browser }) => {
  test.setTimeout(180_000);
  await signUp(page, 'Ada');
  const graces = await (await browser.newContext({ baseURL: server.url })).newPage();
  const grace = await signUp(graces, 'Grace');

  const screen = new SignInAdminPage(page);
  await screen.open();
  await expect(page.getByText('Set up two-step sign-in for yourself first')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Required of').selectOption({ label: 'Everybody' });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(screen.notifications.getByText('Set up two-step sign-in for yourself first')).toBeVisible();
  await page.goto('/account');
  await hydrated(page);
  await setUp(page);
  await screen.open();
  await expect(page.getByLabel('Required of')).toHaveValue('nobody');
  await expect(page.getByText('Set up two-step sign-in for yourself first')).toHaveCount(0);
  await page.getByLabel('Required of').selectOption({ label: 'Everybody' });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(screen.notifications.getByText('Two-step sign-in is required of everybody')).toBeVisible();
  await expect(page.getByLabel('Required of')).toHaveValue('everybody');
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);

  // A screen that was open already says so; every other leads there at once.
  await graces.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Datasets' }).click();
  const main = graces.getByRole('main');
  await expect(main.getByRole('heading', { name: 'One more step' }).first()).toBeVisible();
  await main.getByRole('link', { name: 'Set up two-step sign-in' }).first().click();
  await graces.waitForURL('**/account/two-step-required');
  await expect(graces.getByText('Your administrator requires it of you')).toBeVisible();
  await graces.goto('/datasets');
  await graces.waitForURL('**/account/two-step-required?next=/datasets');
  await hydrated(graces);
  await expectAccessible(graces);
  await graces.setViewportSize({ width: 375, height: 740 });
  expect(await graces.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await graces.getByRole('button', { name: 'Sign out' }).click();
  await graces.waitForURL('**/sign-in');
  await graces.setViewportSize({ width: 1440, height: 900 });
  await graces.goto('/sign-in?next=/datasets');
  await hydrated(graces);
  await graces.getByLabel('Email').fill(grace);
  await graces.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await graces.getByRole('button', { name: 'Sign in' }).click();
  await graces.waitForURL('**/account/two-step-required?next=/datasets');
  await hydrated(graces);
  const recovery = await setUp(graces);
  await expect(graces.getByText('Two-step sign-in is on')).toBeVisible();
  await expectAccessible(graces);
  await graces.getByRole('link', { name: 'Go on' }).click();
  await graces.waitForURL('**/datasets');
  await expect(graces.getByRole('heading', { level: 1, name: 'Datasets' })).toBeVisible();

  await graces.goto('/account');
  await hydrated(graces);
  await expect(graces.getByText('Your administrator requires it of you.')).toBeVisible();
  await expect(graces.getByRole('button', { name: 'Turn off…' })).toHaveCount(0);
  await graces.getByRole('button', { name: 'Set up another…' }).click();
  const dialog = graces.getByRole('dialog', { name: 'Set up another second step?' });
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByLabel('Code', { exact: true }).fill(recovery);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await graces.waitForURL('**/account/two-step-required?next=/account');
  await hydrated(graces);
  await setUp(graces);
  await graces.getByRole('link', { name: 'Go on' }).click();
  await graces.waitForURL('**/account');
  await graces.context().close();
});
