// Signing up, in and out, with and without JavaScript, and one's own account.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from '../support/test';
import { createAccount, freshAddress, hydrated, PASSWORD, signIn, signUp } from '../support/people';

test('a person signs up, signs out and comes back to where they were going', async ({ page }) => {
  const email = await signUp(page);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');

  await page.goto('/datasets');
  await page.waitForURL('**/sign-in?next=/datasets');
  await hydrated(page);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/datasets');
});

test('whoever is signed in is not asked again', async ({ member }) => {
  await member.goto('/sign-in');
  await member.waitForURL('**/chat');
});

test.describe('with a wrong password', () => {
  // The browser notes the status of the page itself.
  test.use({ forgiven: ['422'] });

  test('the form says so, keeps the address, and the way back in is honest', async ({ page }) => {
    await page.goto('/sign-in');
    await hydrated(page);
    await page.getByLabel('Email').fill('nobody@example.org');
    await page.getByLabel('Password', { exact: true }).fill('not my password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('The email address or the password is not right.')).toBeVisible();
    await expect(page.getByLabel('Email')).toHaveValue('nobody@example.org');
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
    await hydrated(page);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Forgot password?' }).click();
    await page.waitForURL('**/forgot-password');
    await expect(page.getByRole('button', { name: 'Mail me a link' })).toBeVisible();
    await expectAccessible(page);
  });

  test('a weak password is refused with advice at its field', async ({ page }) => {
    await page.goto('/sign-up');
    await hydrated(page);
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Email').fill(freshAddress());
    await page.getByLabel('Password', { exact: true }).fill('password1');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByText(/easy to guess/).first()).toBeVisible();
    await expect(page.getByLabel('First name')).toHaveValue('Ada');
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, forgiven: ['422'] });

  async function signUpPlainly(page: Page): Promise<string> {
    const email = freshAddress('plain');
    await page.goto('/sign-up');
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill('Plain');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await createAccount(page, email, false);
    return email;
  }

  async function signInPlainly(page: Page, email: string): Promise<void> {
    await page.goto('/team');
    await page.waitForURL('**/sign-in?next=/team');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/team');
  }

  test('signing up, out and in works, on a phone too', async ({ page }) => {
    const email = await signUpPlainly(page);
    await expect(page.getByRole('main')).toBeVisible();
    const signOut = page.getByRole('complementary', { name: 'Sidebar' }).getByRole('button', { name: 'Sign out' });
    await signOut.click();
    await page.waitForURL('**/sign-in');

    await signInPlainly(page, email);
    await expect(page.getByRole('table', { name: 'Members' })).toContainText('Ada Plain');
    // Nothing could open the sidebar: it stands above the screen.
    await page.setViewportSize({ width: 375, height: 812 });
    await signOut.click();
    await page.waitForURL('**/sign-in');
    await page.goto('/team');
    await page.waitForURL('**/sign-in?next=/team');
  });

  test('another browser is signed out, and then all of them', async ({ page, browser, baseURL }) => {
    const email = await signUpPlainly(page);
    const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
    const elsewhere = await context.newPage();
    await signInPlainly(elsewhere, email);

    await page.goto('/account');
    const sessions = page.getByRole('table', { name: 'Sessions' });
    await expect(sessions.getByRole('row')).toHaveCount(3);
    await sessions.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/chat');
    await elsewhere.goto('/team');
    await elsewhere.waitForURL('**/sign-in?next=/team');
    await context.close();

    await page.goto('/account');
    await expect(sessions.getByRole('row')).toHaveCount(2);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.waitForURL('**/sign-in**');
    await page.goto('/chat');
    await page.waitForURL('**/sign-in?next=/chat');
  });
});

test('a profile is kept', async ({ member }) => {
  await member.goto('/account');
  await hydrated(member);
  await member.getByLabel('First name').fill('Augusta');
  await member.getByLabel('Tone').fill('dry');
  await member.getByLabel('About you').fill('I write about engines.');
  await member.getByRole('button', { name: 'Save profile' }).click();
  await expect(member.getByText('Your profile is saved.')).toBeVisible();
  await expect(member.getByRole('button', { name: 'Account menu' })).toContainText('Augusta');
  await member.reload();
  await expect(member.getByLabel('Tone')).toHaveValue('dry');
  await expect(member.getByLabel('About you')).toHaveValue('I write about engines.');
});

test('the theme is chosen and kept', async ({ member }) => {
  await member.goto('/account');
  await hydrated(member);
  await member.getByRole('button', { name: 'Dark', exact: true }).click();
  await expect(member.locator('html')).toHaveAttribute('data-theme', 'lyceum-dark');
  await member.reload();
  await expect(member.locator('html')).toHaveAttribute('data-theme', 'lyceum-dark');
  await hydrated(member);
  await expect(member.getByRole('button', { name: 'Dark', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('sessions are listed, ended one by one and all at once', async ({ page, browser, baseURL }) => {
  const email = await signUp(page);
  const elsewhere = await browser.newPage({ baseURL });
  await signIn(elsewhere, email);

  await page.goto('/account');
  await hydrated(page);
  const sessions = page.getByRole('table', { name: 'Sessions' });
  await expect(sessions.getByRole('row')).toHaveCount(3);
  await expect(sessions.getByRole('columnheader', { name: 'Last address' })).toBeVisible();
  await sessions.getByRole('button', { name: 'Sign out' }).click();
  await expect(sessions.getByRole('row')).toHaveCount(2);
  await elsewhere.goto('/chat');
  await elsewhere.waitForURL('**/sign-in?next=/chat');

  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('button', { name: 'Sign out of all browsers' }).click();
  await page.waitForURL('**/sign-in');
  await elsewhere.close();
});
