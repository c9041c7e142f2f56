// Mailed codes: a way in without the password, and a second step after it, where somebody confirms who they are too. The codes are read
// from the mail.
import type { Page } from '@playwright/test';
import { ageSessions } from '../support/database';
import { MailCatcher } from '../support/mail';
import { hydrated, PASSWORD, signUp } from '../support/people';
import { OwnServer } from '../support/server';
import { expect, expectAccessible, test } from '../support/test';

// A database of its own: the other servers of the tests would send these mails elsewhere.
const mails = new MailCatcher();
const server = new OwnServer();

test.describe.configure({ mode: 'serial' });
test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');
// A wrong code is answered with 422, and what has to be confirmed with 403; the console reports both.
test.use({ forgiven: ['422', '403'], baseURL: async ({}, use) => use(server.url) });
test.beforeAll(async () => {
  await server.start('127.0.0.1:1', { LYCEUM_SMTP_URL: await mails.startApart() }, `lyceum_codes_${Date.now()}`);
});
test.afterAll(async () => {
  await server.stop();
  await mails.stop();
});

/** The code of the latest mail to somebody that is not one of those known. */
async function code(email: string, ...known: string[]): Promise<string> {
  let found: string | undefined;
  const isNew = async () => {
    found = /Your code is (\d{6})/.exec(await mails.words(email))?.[1];
    return found !== undefined && !known.includes(found);
  };
  await expect.poll(isNew, { timeout: 60_000 }).toBe(true);
  return found!;
}

async function leave(page: Page): Promise<void> {
  await page.context().clearCookies();
  await page.goto('/sign-in?next=/datasets');
  await hydrated(page);
}

test('a code opens the account without its password, then stands after it, and confirms who it is', async ({ page }) => {
  test.setTimeout(180_000);
  const email = await signUp(page, 'Hedy');
  await leave(page);
  await page.getByRole('link', { name: 'E-mail me a code' }).click();
  await page.waitForURL('**/sign-in/email-code?next=/datasets');
  await expectAccessible(page);
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'E-mail me a code' }).click();
  await page.waitForURL('**/sign-in/email-code/enter?next=/datasets');
  await hydrated(page);
  await expectAccessible(page);
  const first = await code(email);
  await page.getByLabel('Code', { exact: true }).fill(first === '000000' ? '000001' : '000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('This code is not right.')).toBeVisible();
  await page.getByLabel('Code', { exact: true }).fill(first);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/datasets');

  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'Use mailed codes…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Second step by mail' });
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'E-mail me a code' }).click();
  const second = await code(email, first);
  // The password stood in the field of the step before.
  await expect(dialog.getByLabel('Code', { exact: true })).toHaveValue('');
  await expectAccessible(page);
  await dialog.getByLabel('Code', { exact: true }).fill(second);
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(10);
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('The codes are mailed to you.')).toBeVisible();
  await expectAccessible(page);
  await expect.poll(() => mails.words(email), { timeout: 30_000 }).toContain('Two-step sign-in was set up for your account on Lyceum');
  expect(await mails.words(email)).toMatch(/It was done with \S+ on \S+, from the address 127\.0\.0\.1\./);

  await leave(page);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/sign-in/code?next=/datasets');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'E-mail me another code' })).toBeVisible();
  await expectAccessible(page);
  const third = await code(email, first, second);
  await page.getByLabel('Code', { exact: true }).fill(third);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/datasets');

  await page.goto('/account');
  await hydrated(page);
  ageSessions(email, 11, server.databaseUrl);
  await page.getByRole('button', { name: 'Export all my data' }).click();
  const confirming = page.getByRole('dialog', { name: 'Confirm it’s you' });
  await expect(confirming.getByLabel('Your password')).toBeFocused();
  await confirming.getByLabel('Your password').fill(PASSWORD);
  await confirming.getByRole('button', { name: 'E-mail me a code' }).click();
  const fourth = await code(email, first, second, third);
  await expectAccessible(page);
  // The password alone is not enough, nor is it beside a code that was used.
  await confirming.getByLabel('Code', { exact: true }).fill(third);
  await confirming.getByRole('button', { name: 'Confirm' }).click();
  await expect(confirming.getByText('This code is not right')).toBeVisible();
  await expect(page.getByText('Your export is being put together')).toHaveCount(0);
  await confirming.getByLabel('Code', { exact: true }).fill(fourth);
  await confirming.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('Your export is being put together')).toBeVisible();
  await expect(confirming).toHaveCount(0);
});
