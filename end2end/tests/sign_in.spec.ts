// Mails around signing in: what is sent arrives, and its links lead to us.
import type { Page } from '@playwright/test';
import { TeamPage } from '../pages/TeamPage';
import { MailCatcher } from '../support/mail';
import { createAccount, freshAddress, hydrated, PASSWORD, signIn } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

const catcher = new MailCatcher();

test.describe.configure({ mode: 'serial' });
test.beforeAll(() => catcher.start());
test.afterAll(() => catcher.stop());

test('an invitation is mailed, and its link makes an account in the team', async ({ member: page, browser, baseURL }) => {
  const email = freshAddress('grace');
  const team = new TeamPage(page);
  await team.open();
  const handedOver = await team.invite(email, 'Viewer');
  await expect.poll(() => catcher.words(email), { timeout: 30_000 }).toContain('/sign-up?invitation=');
  const mail = (await catcher.find(email))!;
  expect(mail.from).toEqual([{ address: 'lyceum@example.org', name: 'Lyceum' }]);
  const link = /http\S+sign-up\?invitation=[\w.-]+/.exec(mail.text)![0];
  expect(link).not.toBe(handedOver);
  expect(mail.html).toContain(`href="${link}"`);
  const context = await browser.newContext({ baseURL });
  const guest = await context.newPage();
  await guest.goto(link);
  await hydrated(guest);
  await guest.getByLabel('First name').fill('Grace');
  await guest.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await guest.getByRole('button', { name: 'Create account' }).click();
  await guest.waitForURL('**/chat');
  await context.close();
});

test('the administrator sees every mail and sends themselves one', async ({ administrator: page }) => {
  await page.goto('/admin/mails');
  await hydrated(page);
  await expect(page.getByRole('heading', { name: 'Invitation to a team' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Sign-in with a new device' })).toBeVisible();
  await page.getByRole('button', { name: 'Send a test mail to me' }).click();
  await expect(page.getByText('took the mail to administrator@example.org')).toBeVisible();
  await expect.poll(async () => (await catcher.find('administrator@example.org'))?.subject).toBe('A test mail from Lyceum');
  await expectAccessible(page);
});

/** The link in the latest mail to an address, once there is one. */
async function linkTo(email: string, path: string): Promise<string> {
  const link = new RegExp(`http\\S+${path}\\?token=[\\w.-]+`);
  await expect.poll(() => catcher.words(email), { timeout: 30_000 }).toMatch(link);
  return link.exec(await catcher.words(email))![0];
}

/** Asks for an account; whoever has the address, the page is the same. */
async function askForAccount(page: Page, email: string, ready: () => Promise<void>): Promise<void> {
  await page.goto('/sign-up');
  await ready();
  await page.getByLabel('First name').fill('Hedy');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText(`We have written to ${email} to finish.`);
  await ready();
}

for (const javaScriptEnabled of [true, false]) {
  test(`an account is made by a mailed link and its button (${javaScriptEnabled ? 'with' : 'without'} JavaScript)`, async ({ browser, baseURL }) => {
    const email = freshAddress('hedy');
    const context = await browser.newContext({ baseURL, javaScriptEnabled });
    const page = await context.newPage();
    const ready = async () => {
      if (!javaScriptEnabled) return;
      await hydrated(page);
      await expectAccessible(page);
    };
    await askForAccount(page, email, ready);
    await page.goto(await linkTo(email, 'sign-up/finish'));
    await ready();
    await expect(page.getByRole('main')).toContainText(`Hedy gets an account that signs in with ${email}`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL('**/chat');
    if (javaScriptEnabled) await hydrated(page);

    await context.clearCookies();
    await askForAccount(page, email, ready);
    await expect.poll(() => catcher.words(email), { timeout: 30_000 }).toContain('has one already');
    await context.close();
  });
}

test('a forgotten password is replaced by a mailed link, without JavaScript too', async ({ page, browser, baseURL }) => {
  const email = freshAddress('forgetful');
  await page.goto('/sign-up');
  await hydrated(page);
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('Email').fill(email);
  const password = page.getByLabel('Password', { exact: true });
  await password.fill(PASSWORD);
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await createAccount(page, email);

  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto('/sign-in');
  await plain.getByRole('link', { name: 'Forgot password?' }).click();
  await plain.getByLabel('Email').fill(email);
  await plain.getByRole('button', { name: 'Mail me a link' }).click();
  await plain.waitForURL('**/forgot-password/sent');
  await plain.goto(await linkTo(email, 'reset-password'));
  await expect(plain.getByRole('button', { name: 'Show password' })).toHaveCount(0);
  await plain.getByLabel('New password').fill('an entirely new secret 7');
  await plain.getByRole('button', { name: 'Change password' }).click();
  await plain.waitForURL('**/reset-password/done');
  await context.close();

  await page.goto('/chat');
  await page.waitForURL('**/sign-in?next=/chat');
  await signIn(page, email, 'an entirely new secret 7');
  await expect.poll(() => catcher.words(email), { timeout: 60_000 }).toContain('Your password was changed');
});

test('an address is changed by a link that is mailed to the new one', async ({ member: page }) => {
  const email = freshAddress('countess');
  await page.goto('/account');
  await hydrated(page);
  await page.getByLabel('New email').fill(email);
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change email' }).click();
  await expect(page.getByText('a link is on its way to it')).toBeVisible();
  await page.goto(await linkTo(email, 'confirm-email'));
  await hydrated(page);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Confirm the address' }).click();
  await page.waitForURL('**/confirm-email/done');
  await page.goto('/account');
  await expect(page.getByRole('main')).toContainText(`You sign in with ${email}`);
});
