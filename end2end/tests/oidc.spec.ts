// Signing in through an identity provider: set up by the administrator, used by somebody new, and by somebody with an account.
import type { Page } from '@playwright/test';
import { SignInAdminPage } from '../pages/SignInAdminPage';
import { CLIENT, IdentityProvider } from '../support/identity_provider';
import { freshAddress, hydrated, PASSWORD, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

const provider = new IdentityProvider();
const NAME = `Works ${Date.now()}`;

test.describe.configure({ mode: 'serial' });
test.skip(!process.env.OIDC_SPEC_PORT, 'OIDC_SPEC_PORT is not set');
// The provider has no icon, and a wrong password is answered with 422; the console reports both.
test.use({ forgiven: ['404', '422', '409'] });
test.afterAll(() => provider.stop());
// Its pages want a font from the network, where no test goes.
test.beforeEach(({ page }) => page.route('https://fonts.googleapis.com/**', (route) => route.fulfill({ contentType: 'text/css', body: '' })));

/** Signs in at the provider, whose pages ask for a login and for consent. */
async function agree(page: Page, email: string): Promise<void> {
  await page.waitForURL(`${provider.issuer}/**`);
  await page.locator('input[name="login"]').fill(email);
  await page.locator('input[name="password"]').fill('anything');
  await page.locator('[type="submit"]').first().click();
  await page.locator('[type="submit"]').first().click();
}

test('the administrator adds a provider and learns whether it answers', async ({ administrator: page }) => {
  const screen = new SignInAdminPage(page);
  await screen.open();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add provider' }).click();
  await screen.dialog.getByLabel('Name').fill(NAME);
  await screen.dialog.getByLabel('Issuer').fill(provider.issuer);
  await screen.dialog.getByLabel('Client ID').fill(CLIENT.id);
  await screen.dialog.getByLabel('Client secret').fill(CLIENT.secret);
  await screen.dialog.getByLabel('Make an account for people who have none').check();
  await expectAccessible(page);
  await screen.dialog.getByRole('button', { name: 'Test' }).click();
  await expect(screen.dialog.getByRole('status')).toContainText('Nothing answers at');
  await provider.start(await screen.dialog.locator('code').innerText());
  await screen.dialog.getByRole('button', { name: 'Test' }).click();
  await expect(screen.dialog.getByRole('status')).toContainText('It answers');
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.row(NAME)).toContainText('makes accounts');
  expect(await page.content()).not.toContain(CLIENT.secret);
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});

test('somebody new comes in and goes where they were going', async ({ page }) => {
  const email = freshAddress('katherine');
  await page.goto('/datasets');
  await page.waitForURL('**/sign-in?next=/datasets');
  await hydrated(page);
  await expectAccessible(page);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await agree(page, email);
  await page.waitForURL('**/datasets');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'Account menu' })).toContainText('Katherine Johnson');
  await page.goto('/account');
  await hydrated(page);
  await expect(page.getByRole('table', { name: 'Recent sign-ins' })).toContainText(NAME);
  await expectAccessible(page);
  await page.getByRole('list', { name: 'Ways to sign in' }).getByRole('button', { name: 'Unlink' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await expect(page.getByText('This is your only way in.')).toBeVisible();
});

test('an account with the address is linked after its password', async ({ page }) => {
  const email = await signUp(page, 'Mary');
  await page.context().clearCookies();
  await page.goto('/sign-in');
  await hydrated(page);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await agree(page, email);
  await page.waitForURL('**/sign-in/link');
  await hydrated(page);
  await expectAccessible(page);
  await page.getByLabel('Password', { exact: true }).fill('not my password');
  await page.getByRole('button', { name: 'Sign in and link' }).click();
  await expect(page.getByText('The email address or the password is not right.')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in and link' }).click();
  await page.waitForURL('**/chat');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'Account menu' })).toContainText('Mary');
  // Unlinked, it is linked again by whoever knows the password, and by nobody else.
  await page.goto('/account');
  await hydrated(page);
  const ways = page.getByRole('list', { name: 'Ways to sign in' });
  await ways.getByRole('button', { name: 'Unlink' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await ways.getByRole('listitem').filter({ hasText: NAME }).getByRole('button', { name: 'Link…' }).click();
  await page.getByRole('dialog').getByLabel('Your password').fill('not my password');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Go to the provider' }).click();
  await expect(page.getByText('This is not your present password.')).toBeVisible();
  await page.getByRole('dialog').getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: 'Go to the provider' }).click();
  // The provider knows her still, and asks nothing.
  await expect(ways.getByRole('button', { name: 'Unlink' })).toBeVisible();
});

test('the record is filtered, and the provider goes', async ({ administrator: page }) => {
  const screen = new SignInAdminPage(page);
  await screen.open();
  await page.getByLabel('Outcome').selectOption({ label: 'Failed' });
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL('**/admin/sign-in?*outcome=failed*');
  await expect(screen.record.getByText('Signed in')).toHaveCount(0);
  await expectAccessible(page);
  await screen.choose(NAME, 'Remove');
  await page.getByRole('button', { name: 'Remove provider' }).click();
  await expect(screen.row(NAME)).toHaveCount(0);
});
