// Two-step sign-in: set up with an app, asked for at sign-in, and turned off.
import { hydrated, PASSWORD, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';
import { totp } from '../support/totp';

// A wrong code is answered with 422, which the console reports.
test.use({ forgiven: ['422'] });

test('it is set up, asked for, and a recovery code is as good', async ({ page, browser, baseURL }) => {
  const email = await signUp(page);
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'Set up two-step sign-in…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set up two-step sign-in' });
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog.getByRole('img', { name: 'QR code of the secret' })).toBeVisible();
  await expectAccessible(page);
  const secret = (await dialog.locator('code').textContent())!;
  // The code of the step before is right for no longer than this step lasts.
  await expect.poll(() => Math.floor(Date.now() / 1000) % 30, { timeout: 30_000 }).toBeLessThan(20);
  await dialog.getByLabel('Code', { exact: true }).fill(totp(secret, -1));
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(10);
  await expectAccessible(page);
  const recovery = (await dialog.getByRole('listitem').first().textContent())!;
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
  await off.getByLabel('Code', { exact: true }).fill(recovery);
  await off.getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('Two-step sign-in is off.')).toBeVisible();
});
