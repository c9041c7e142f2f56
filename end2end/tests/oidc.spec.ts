// Signing in through an identity provider: set up and tried by the administrator, used by somebody new, who confirms by it too, and by
// somebody with an account.
import { SignInAdminPage } from '../pages/SignInAdminPage';
import { TeamPage } from '../pages/TeamPage';
import { CLIENT, IdentityProvider, withoutFonts } from '../support/identity_provider';
import { freshAddress, hydrated, PASSWORD, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

const provider = new IdentityProvider();
const NAME = `Works ${Date.now()}`;

test.describe.configure({ mode: 'serial' });
test.skip(!process.env.OIDC_SPEC_PORT, 'OIDC_SPEC_PORT is not set');
// The provider has no icon, a wrong password is answered with 422, and what has to be confirmed with 403; the console reports them.
test.use({ forgiven: ['404', '422', '409', '403'] });
test.afterAll(() => provider.stop());
test.beforeEach(({ page }) => withoutFonts(page));

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
  // Addresses are trusted by domain only.
  await screen.dialog.getByLabel('Trust this provider’s addresses').check();
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.dialog.getByText('Addresses are trusted by domain. Name at least one')).toBeVisible();
  await screen.dialog.getByLabel('Trust this provider’s addresses').uncheck();
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.row(NAME)).toContainText('makes accounts');
  expect(await page.content()).not.toContain(CLIENT.secret);
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});

test('the administrator tries it, and sees what it says and what is wrong', async ({ administrator: page }) => {
  await withoutFonts(page);
  const screen = new SignInAdminPage(page);
  const email = freshAddress('hazel');
  const go = async () => {
    await screen.choose(NAME, 'Try signing in');
    await expect(screen.dialog).toContainText('to try somebody else, sign out there first');
    await expectAccessible(page);
    await screen.dialog.getByRole('button', { name: 'Go to the provider' }).click();
  };
  const setSecret = async (secret: string) => {
    await screen.choose(NAME, 'Edit');
    await screen.dialog.getByLabel('Client secret').fill(secret);
    await screen.dialog.getByRole('button', { name: 'Save' }).click();
    await expect(screen.dialog).toHaveCount(0);
  };
  await screen.open();
  await go();
  await provider.agree(page, email);
  await expect(screen.trial(NAME)).toContainText(`A sign-in would make an account for ${email}.`);
  await hydrated(page);
  for (const words of ['It works', provider.issuer, 'Katherine Johnson']) await expect(screen.trial(NAME)).toContainText(words);
  // Nobody has signed in, and the administrator is who they were.
  await expect(screen.record).not.toContainText(email);
  await expectAccessible(page);

  await setSecret('another-secret');
  await go();
  await expect(screen.trial(NAME)).toContainText('The provider does not accept the client ID with the client secret that is set here.');
  await hydrated(page);
  await expect(screen.trial(NAME)).toContainText('Refused');
  await expectAccessible(page);
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.setViewportSize({ width: 1440, height: 900 });
  await setSecret(CLIENT.secret);
});

test('somebody new comes in and goes where they were going', async ({ page }) => {
  const email = freshAddress('katherine');
  await page.goto('/datasets');
  await page.waitForURL('**/sign-in?next=/datasets');
  await hydrated(page);
  await expectAccessible(page);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await provider.agree(page, email);
  await page.waitForURL('**/datasets');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'Account menu' })).toContainText('Katherine Johnson');
  await page.goto('/account');
  await hydrated(page);
  await expect(page.getByRole('table', { name: 'Recent sign-ins' })).toContainText(NAME);
  await expectAccessible(page);
  // That the provider knew her proves nothing: before what is dangerous, it asks her again, although she is signed in there.
  const unlink = async () => {
    await page.getByRole('list', { name: 'Ways to sign in' }).getByRole('button', { name: 'Unlink' }).click();
    await page.getByRole('dialog', { name: `Unlink ${NAME}?` }).getByRole('button', { name: 'Unlink' }).click();
  };
  await unlink();
  const dialog = page.getByRole('dialog', { name: 'Confirm it’s you' });
  await expectAccessible(page);
  await dialog.getByRole('link', { name: 'Sign in again' }).click();
  await page.waitForURL(/\/sign-in\?next=.*again=true/);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await provider.prove(page, email);
  await page.waitForURL('**/account');
  await hydrated(page);
  await unlink();
  await expect(page.getByText('This is your only way in.')).toBeVisible();
  await page.getByRole('button', { name: 'Export all my data' }).click();
  await expect(page.getByRole('table', { name: 'Exports' }).getByRole('row').nth(1)).toBeVisible();
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed.')).toBeVisible();
});

test('an account with the address is linked after its password', async ({ page }) => {
  const email = await signUp(page, 'Mary');
  await page.context().clearCookies();
  const invitation = '/sign-up?invitation=a.b';
  await page.goto(`/sign-in?next=${encodeURIComponent(invitation)}`);
  await hydrated(page);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await provider.agree(page, email);
  await page.waitForURL('**/sign-in/link?next=**');
  await hydrated(page);
  // Whoever does it later keeps the invitation they came with.
  await page.getByRole('link', { name: 'Not now' }).click();
  await page.waitForURL('**/sign-in?next=**');
  await expect(page.getByRole('link', { name: 'Create an account' })).toHaveAttribute('href', invitation);
  await page.goto('/sign-in');
  await hydrated(page);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
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
  // The provider knows her still, and asks her all the same: what is linked opens the account.
  await provider.prove(page, email);
  await page.waitForURL('**/account');
  await expect(ways.getByRole('button', { name: 'Unlink' })).toBeVisible();
});

test('a provider that says nothing of addresses is trusted where the administrator says so', async ({ administrator, page }) => {
  const email = freshAddress('hedy');
  provider.saysVerified = false;
  await page.goto('/sign-in');
  await hydrated(page);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await provider.agree(page, email);
  await page.waitForURL('**/sign-in?trouble=unverified-address');
  await hydrated(page);
  await expect(page.getByText('Your identity provider does not say that your email address is verified.')).toBeVisible();

  const screen = new SignInAdminPage(administrator);
  await screen.open();
  await screen.choose(NAME, 'Edit');
  await screen.dialog.getByLabel('Email domains').fill('example.org');
  await screen.dialog.getByLabel('Trust this provider’s addresses').check();
  await expectAccessible(administrator);
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.dialog).toHaveCount(0);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await page.waitForURL('**/chat');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'Account menu' })).toContainText('Katherine Johnson');
  provider.saysVerified = true;
});

test('roles follow the provider at every sign-in', async ({ administrator, browser, baseURL }) => {
  const email = freshAddress('dorothy');
  const team = new TeamPage(administrator);
  // Other tests make teams of the same name.
  const viewer = await administrator.request.post(`${baseURL}/api/identity/viewer`, { form: {}, headers: { origin: baseURL! } });
  const { team_id: own } = await viewer.json();
  const screen = new SignInAdminPage(administrator);
  await screen.open();
  await screen.choose(NAME, 'Edit');
  await screen.dialog.getByLabel('Team of new people').selectOption(own);
  await screen.dialog.getByLabel('Role claim').fill('groups');
  await screen.dialog.getByLabel('Roles by value').fill('staff = Viewer\nleads = Team manager');
  await screen.dialog.getByLabel('Take roles from the provider').selectOption({ label: 'At every sign-in' });
  await expectAccessible(administrator);
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.dialog).toHaveCount(0);

  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  await withoutFonts(page);
  for (const [groups, role] of [[['staff'], 'Viewer'], [['leads'], 'Team manager'], [[], 'Team manager']] as const) {
    provider.groups = [...groups];
    await context.clearCookies();
    await page.goto('/sign-in');
    await hydrated(page);
    await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
    await provider.agree(page, email);
    await page.waitForURL('**/chat');
    await team.open();
    await expect(team.row(email)).toContainText(role);
  }
  await context.close();
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
