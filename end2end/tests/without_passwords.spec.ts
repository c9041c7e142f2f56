// Without passwords: turned off by an administrator who has a passkey, asked for nowhere then, and on again by the command line.
import { SignInAdminPage } from '../pages/SignInAdminPage';
import { VirtualDevice } from '../support/passkeys';
import { hydrated, PASSWORD, signIn, signUp } from '../support/people';
import { OwnServer } from '../support/server';
import { expect, expectAccessible, test } from '../support/test';

// A database of its own: it holds for everybody on the installation. Passkeys need an address with a name.
const server = new OwnServer();
let address = '';

test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');
// What is refused is answered with 409, which the console reports.
test.use({ forgiven: ['409'], baseURL: async ({}, use) => use(address) });
test.beforeAll(async () => {
  await server.start('127.0.0.1:1', (url) => ({ LYCEUM_PUBLIC_URL: url.replace('127.0.0.1', 'localhost') }), `lyceum_without_${Date.now()}`);
  address = server.url.replace('127.0.0.1', 'localhost');
});
test.afterAll(() => server.stop());

test('they are turned off by somebody with a passkey, and on again by the command line', async ({ page, browser }) => {
  test.setTimeout(180_000);
  const device = await VirtualDevice.plugInto(page);
  const email = await signUp(page, 'Ada');
  const screen = new SignInAdminPage(page);
  await screen.open();
  await page.getByRole('button', { name: 'Turn off Passwords' }).click();
  await expect(screen.notifications.getByText('You could not sign in yourself then.')).toBeVisible();
  await page.getByRole('link', { name: 'send one' }).click();
  await page.waitForURL('**/admin/mails');
  await expect(page.getByRole('button', { name: 'Send a test mail to me' })).toBeVisible();

  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'Add a passkey…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByLabel('Name').fill('Phone');
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('You can sign in with “Phone” from now on.')).toBeVisible();
  expect(await device.count()).toBe(1);
  await screen.open();
  await page.getByRole('button', { name: 'Turn off Passwords' }).click();
  await expect(screen.notifications.getByText('Passwords are off')).toBeVisible();
  await page.getByRole('button', { name: 'Turn off Passkeys' }).click();
  await expect(screen.notifications.getByText('Nobody could sign in then')).toBeVisible();
  await expectAccessible(page);
  await page.goto('/account');
  await expect(page.getByText('People sign in without a password here.')).toBeVisible();
  await expect(page.getByLabel('New password')).toHaveCount(0);

  const stranger = await (await browser.newContext({ baseURL: address })).newPage();
  for (const path of ['/sign-in', '/sign-up', '/forgot-password', '/reset-password']) {
    await stranger.goto(path);
    await hydrated(stranger);
    await expect(stranger.locator('input[type="password"]')).toHaveCount(0);
    await expectAccessible(stranger);
  }
  await stranger.close();
  await page.context().clearCookies();
  await page.goto('/sign-in?next=/datasets');
  await hydrated(page);
  await page.getByRole('button', { name: 'Continue with a passkey' }).click();
  await page.waitForURL('**/datasets');

  const said = await server.run('reset-password', email);
  expect(said).toContain('People sign in with passwords again.');
  const password = /^The new password of \S+ is (\S+)$/m.exec(said)![1];
  await page.context().clearCookies();
  await signIn(page, email, password);
});
