// Somebody without a password: who signed up at an identity provider reads at every form of their account what does in its place, signs in
// again, and does what the form is for.
import type { Locator, Page } from '@playwright/test';
import { SignInAdminPage } from '../pages/SignInAdminPage';
import { TeamPage } from '../pages/TeamPage';
import { ageSessions } from '../support/database';
import { CLIENT, IdentityProvider, withoutFonts } from '../support/identity_provider';
import { MailCatcher } from '../support/mail';
import { VirtualDevice } from '../support/passkeys';
import { freshAddress, hydrated, PASSWORD, signUp } from '../support/people';
import { freePort, OwnServer } from '../support/server';
import { comeBackAndAsk } from '../support/tabs';
import { expect, expectAccessible, test } from '../support/test';
import { totp } from '../support/totp';

// It takes a server that sends mail and has an address with a name to have all of the forms: one of its own, with a database of its own.
const server = new OwnServer();
const mails = new MailCatcher();
let provider: IdentityProvider | undefined;
let address = '';
const NAME = 'Works';

test.describe.configure({ mode: 'default' });
test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');
// The provider has no icon, and what nobody proved is answered with 422; the console reports both.
test.use({ forgiven: ['404', '422'], baseURL: async ({}, use) => use(address) });

test.beforeAll(async ({ browser }) => {
  provider = new IdentityProvider(await freePort());
  const smtp = await mails.startApart();
  const settings = (url: string) => ({ LYCEUM_PUBLIC_URL: url.replace('127.0.0.1', 'localhost'), LYCEUM_SMTP_URL: smtp });
  await server.start(new URL(provider.issuer).host, settings, `lyceum_own_password_${Date.now()}`);
  address = server.url.replace('127.0.0.1', 'localhost');
  const page = await browser.newPage({ baseURL: address });
  await signUp(page, 'Grace');
  await addProvider(page, provider);
  await page.close();
});
test.afterAll(async () => {
  await provider?.stop();
  await server.stop();
  await mails.stop();
});
test.beforeEach(({ page }) => withoutFonts(page));

/** The administrator sets the provider up; it makes accounts. */
async function addProvider(page: Page, works: IdentityProvider): Promise<void> {
  const screen = new SignInAdminPage(page);
  await screen.open();
  await page.getByRole('button', { name: 'Add provider' }).click();
  await screen.dialog.getByLabel('Name').fill(NAME);
  await screen.dialog.getByLabel('Issuer').fill(works.issuer);
  await screen.dialog.getByLabel('Client ID').fill(CLIENT.id);
  await screen.dialog.getByLabel('Client secret').fill(CLIENT.secret);
  await screen.dialog.getByLabel('Make an account for people who have none').check();
  await works.start(await screen.dialog.locator('code').innerText());
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.row(NAME)).toContainText('makes accounts');
}

/** Makes somebody new an account through the provider; ends on their account page. */
async function arrive(page: Page): Promise<string> {
  const email = freshAddress('katherine');
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await provider!.agree(page, email);
  await page.waitForURL(`${address}/account`);
  await hydrated(page);
  return email;
}

/** The forms behind buttons, and what is filled in there besides. */
const FORMS: { button: string; title: string; verb: string; name?: string }[] = [
  { button: 'Set up two-step sign-in…', title: 'Set up two-step sign-in', verb: 'Continue' },
  { button: 'Use mailed codes…', title: 'Second step by mail', verb: 'E-mail me a code' },
  { button: 'Add a passkey…', title: 'Add a passkey', verb: 'Continue', name: 'Phone' },
  { button: 'Create API key…', title: 'Create an API key', verb: 'Create key', name: 'Nightly import' },
  { button: 'Delete my account…', title: 'Delete your account?', verb: 'Delete my account' },
];

async function open(page: Page, button: string, title: string): Promise<Locator> {
  await page.getByRole('button', { name: button, exact: true }).click();
  return page.getByRole('dialog', { name: title, exact: true });
}

/** The form that stands on the page itself. */
function emailForm(page: Page): Locator {
  return page.locator('form').filter({ has: page.getByLabel('New email') });
}

/** What stands where others have the field for their password. */
async function expectNoPassword(form: Locator): Promise<void> {
  await expect(form).toContainText('You have no password here. Sign in again first, and do this within 10 minutes.');
  await expect(form.getByRole('link', { name: 'Sign in again' })).toHaveAttribute('href', '/sign-in?next=/account&again=true');
  await expect(form.locator('input[type="password"]')).toHaveCount(0);
}

/** That the provider knew them proves nothing: what is sent is refused in that place. */
async function expectRefusal(form: Locator, verb: string): Promise<void> {
  await expectNoPassword(form);
  await expect(form.getByRole('alert')).toHaveCount(0);
  await form.getByRole('button', { name: verb, exact: true }).click();
  await expect(form.getByRole('alert')).toContainText('No password is taken from you here. Follow “sign in again” on your account page');
}

test('every form says how to prove who one is, and does nothing without', async ({ page }) => {
  await arrive(page);
  await expect(page.getByText('You have no password yet; you sign in through your identity provider.')).toBeVisible();
  await expect(page.getByLabel('Present password')).toHaveCount(0);
  await emailForm(page).getByLabel('New email').fill(freshAddress('countess'));
  await expectRefusal(emailForm(page), 'Change email');
  await expectAccessible(page);
  for (const { button, title, verb, name } of FORMS) {
    const dialog = await open(page, button, title);
    if (name) await dialog.getByLabel('Name').fill(name);
    await expectRefusal(dialog, verb);
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toHaveCount(0);
  }
  await page.setViewportSize({ width: 375, height: 740 });
  await expectNoPassword(await open(page, 'Delete my account…', 'Delete your account?'));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});

test('whoever signs in again does what the forms are for, to the end of their account', async ({ page }) => {
  test.setTimeout(180_000);
  const email = await arrive(page);
  const refused = await open(page, 'Delete my account…', 'Delete your account?');
  await refused.getByRole('link', { name: 'Sign in again' }).click();
  await page.waitForURL(/\/sign-in\?next=.*again=true/);
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click();
  await provider!.prove(page, email);
  await page.waitForURL(`${address}/account`);
  await hydrated(page);

  const countess = freshAddress('countess');
  await emailForm(page).getByLabel('New email').fill(countess);
  await emailForm(page).getByRole('button', { name: 'Change email' }).click();
  await expect(page.getByText('a link is on its way to it')).toBeVisible();
  await expect.poll(() => mails.words(countess), { timeout: 60_000 }).toContain('/confirm-email?token=');

  const making = await open(page, 'Create API key…', 'Create an API key');
  await making.getByLabel('Name').fill('Nightly import');
  await making.getByRole('button', { name: 'Create key' }).click();
  await expect(making.getByLabel('API key')).toHaveValue(/^lyc_/);
  await making.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('table', { name: 'API keys' })).toContainText('Nightly import');

  const device = await VirtualDevice.plugInto(page);
  const adding = await open(page, 'Add a passkey…', 'Add a passkey');
  await adding.getByLabel('Name').fill('Phone');
  await adding.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('You can sign in with “Phone” from now on.')).toBeVisible();
  expect(await device.count()).toBe(1);

  const recovery = await turnTwoStepOn(page);
  const renewing = await open(page, 'New recovery codes…', 'New recovery codes');
  await expectNoPassword(renewing);
  await renewing.getByRole('button', { name: 'Cancel' }).click();
  const ending = await open(page, 'Turn off…', 'Turn two-step sign-in off?');
  await expectNoPassword(ending);
  await expectAccessible(page);
  await ending.getByLabel('Code', { exact: true }).fill(recovery);
  await ending.getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('Two-step sign-in is off.')).toBeVisible();

  // With the passkey there is another way in: the provider is unlinked, and linked again.
  const ways = page.getByRole('list', { name: 'Ways to sign in' });
  await ways.getByRole('button', { name: 'Unlink' }).click();
  await page.getByRole('dialog', { name: `Unlink ${NAME}?` }).getByRole('button', { name: 'Unlink' }).click();
  await ways.getByRole('button', { name: 'Link…' }).click();
  const linking = page.getByRole('dialog', { name: `Link ${NAME}`, exact: true });
  await expectNoPassword(linking);
  await expectAccessible(page);
  await linking.getByRole('button', { name: 'Go to the provider' }).click();
  await provider!.prove(page, email);
  await page.waitForURL(`${address}/account`);
  await hydrated(page);
  await expect(ways.getByRole('button', { name: 'Unlink' })).toBeVisible();

  const deleting = await open(page, 'Delete my account…', 'Delete your account?');
  await expect(deleting).toContainText('Teams that nobody else is in go with everything in them');
  await deleting.getByRole('button', { name: 'Delete my account' }).click();
  await expect(page.getByText('Your account is deleted on')).toBeVisible();
  await page.getByRole('button', { name: 'Keep my account' }).click();
  await expect(page.getByText('Your account is deleted on')).toHaveCount(0);
});

test.describe('while another tab is open', () => {
  // What has to be confirmed first is answered with 403, which the console reports.
  test.use({ forgiven: ['404', '422', '403'] });

  test('a first password that is set in it is asked for wherever a form said that there is none, and what was begun goes on', async ({ page }) => {
    test.setTimeout(180_000);
    const email = await arrive(page);
    const [countess, dorothy] = [freshAddress('countess'), freshAddress('dorothy')];
    await emailForm(page).getByLabel('New email').fill(countess);
    await expectNoPassword(emailForm(page));

    const asking = await page.context().newPage();
    await new TeamPage(asking).open();
    await asking.getByRole('button', { name: 'Invite member' }).click();
    const inviting = asking.getByRole('dialog', { name: 'Invite a member' });
    await inviting.getByLabel('Email').fill(dorothy);
    await inviting.getByLabel('Role').selectOption({ label: 'Owner' });
    await inviting.getByRole('button', { name: 'Send invitation' }).click();
    const confirming = asking.getByRole('dialog', { name: 'Confirm it’s you' });
    await expect(confirming).toContainText('no password is taken from you here. Sign in again; it leads you back to this screen.');
    await expect(confirming.getByRole('link', { name: 'Sign in again' })).toHaveAttribute('href', '/sign-in?next=/team&again=true');
    await expectAccessible(asking);

    const other = await page.context().newPage();
    await withoutFonts(other);
    await other.goto('/sign-in?next=/account&again=true');
    await other.getByRole('link', { name: `Continue with ${NAME}` }).click();
    await provider!.prove(other, email);
    await other.waitForURL(`${address}/account`);
    await hydrated(other);
    await other.getByLabel('New password').fill(PASSWORD);
    await other.getByRole('button', { name: 'Change password' }).click();
    await expect(other.getByText('Your password is changed.')).toBeVisible();
    await expect(other.getByLabel('Present password')).toBeVisible();
    await other.close();
    // That she signed in again there counts no more.
    ageSessions(email, 11, server.databaseUrl);

    await comeBackAndAsk(asking);
    await expect(confirming.getByLabel('Your password')).toBeVisible();
    await expect(confirming.getByRole('link', { name: 'Sign in again' })).toHaveCount(0);
    await expectAccessible(asking);
    await confirming.getByLabel('Your password').fill(PASSWORD);
    await confirming.getByRole('button', { name: 'Confirm' }).click();
    await expect(inviting.getByLabel('Invitation link')).toHaveValue(/sign-up\?invitation=/);
    await expect(inviting).toContainText(dorothy);
    await expect(confirming).toHaveCount(0);

    await comeBackAndAsk(page);
    await expect(page.getByLabel('Present password')).toBeVisible();
    await expect(page.getByText('You have no password yet')).toHaveCount(0);
    await expect(emailForm(page).getByLabel('New email')).toHaveValue(countess);
    await emailForm(page).getByLabel('Your password').fill(PASSWORD);
    await emailForm(page).getByRole('button', { name: 'Change email' }).click();
    await expect(page.getByText('a link is on its way to it')).toBeVisible();
  });
});

/** With an app; returns a recovery code. */
async function turnTwoStepOn(page: Page): Promise<string> {
  const dialog = await open(page, 'Set up two-step sign-in…', 'Set up two-step sign-in');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog.getByRole('img', { name: 'QR code of the secret' })).toBeVisible();
  const secret = (await dialog.locator('code').textContent())!;
  await dialog.getByLabel('Code', { exact: true }).fill(totp(secret));
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(10);
  const code = (await dialog.getByRole('listitem').first().textContent())!.trim();
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 recovery codes are left.')).toBeVisible();
  return code;
}
