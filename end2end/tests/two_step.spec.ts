// Two-step sign-in: set up with an app, asked for at sign-in and where somebody confirms that it is they, and turned off.
import type { Locator, Page } from '@playwright/test';
import { ageSessions } from '../support/database';
import { hydrated, PASSWORD, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';
import { totp } from '../support/totp';

// A wrong code is answered with 422, and what has to be confirmed with 403; the console reports them.
test.use({ forgiven: ['422', '403'] });

/** Opens what sets it up, as far as the secret. */
async function showSecret(page: Page): Promise<{ dialog: Locator; secret: string }> {
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'Set up two-step sign-in…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set up two-step sign-in' });
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog.getByRole('img', { name: 'QR code of the secret' })).toBeVisible();
  return { dialog, secret: (await dialog.locator('code').textContent())! };
}

/** Turns it on with a code; the recovery codes. */
async function turnOn(dialog: Locator, code: string): Promise<string[]> {
  await dialog.getByLabel('Code', { exact: true }).fill(code);
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(10);
  return dialog.getByRole('listitem').allTextContents();
}

test('it is set up, asked for, and a recovery code is as good', async ({ page, browser, baseURL }) => {
  const email = await signUp(page);
  const { dialog, secret } = await showSecret(page);
  await expectAccessible(page);
  // The code of the step before is right for no longer than this step lasts.
  await expect.poll(() => Math.floor(Date.now() / 1000) % 30, { timeout: 30_000 }).toBeLessThan(20);
  const [recovery] = await turnOn(dialog, totp(secret, -1));
  await expectAccessible(page);
  const coming = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download' }).click();
  expect((await coming).suggestedFilename()).toBe('lyceum-recovery-codes.txt');
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 recovery codes are left.')).toBeVisible();

  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const plain = await context.newPage();
  for (const code of ['not it', totp(secret)]) {
    await plain.goto('/sign-in?next=/team');
    await plain.getByLabel('Email').fill(email);
    await plain.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await plain.getByRole('button', { name: 'Sign in' }).click();
    await plain.waitForURL('**/sign-in/code?next=/team');
    await plain.getByLabel('Code', { exact: true }).fill(code);
    await plain.getByRole('button', { name: 'Sign in' }).click();
    if (code === 'not it') await expect(plain.getByText('This code is not right')).toBeVisible();
  }
  await plain.waitForURL('**/team');
  await context.close();

  await page.getByRole('button', { name: 'Turn off…' }).click();
  const off = page.getByRole('dialog', { name: 'Turn two-step sign-in off?' });
  await off.getByLabel('Your password').fill(PASSWORD);
  await off.getByLabel('Code', { exact: true }).fill(recovery!);
  await off.getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('Two-step sign-in is off.')).toBeVisible();
});

test.describe('in a session that is older than ten minutes', () => {
  test.skip(!process.env.LYCEUM_POSTGRES_DIR, 'LYCEUM_POSTGRES_DIR is not set');

  test('a key is made with a code besides the password', async ({ page }) => {
    const email = await signUp(page);
    const { dialog, secret } = await showSecret(page);
    const [recovery] = await turnOn(dialog, totp(secret));
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    ageSessions(email, 11);
    await page.getByRole('button', { name: 'Create API key…' }).click();
    const making = page.getByRole('dialog', { name: 'Create an API key' });
    await making.getByLabel('Name').fill('Nightly');
    await making.getByLabel('Your password').fill(PASSWORD);
    await making.getByRole('button', { name: 'Create key' }).click();
    const confirming = page.getByRole('dialog', { name: 'Confirm it’s you' });
    await confirming.getByLabel('Your password').fill(PASSWORD);
    await confirming.getByLabel('Code', { exact: true }).fill(recovery!);
    await confirming.getByRole('button', { name: 'Confirm' }).click();
    await expect(making.getByLabel('API key')).toHaveValue(/^lyc_/);
    await making.getByRole('button', { name: 'Done' }).click();
  });
});
