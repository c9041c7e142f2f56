// People of the tests: made through the same form that everybody uses, each with a team of their own.
import { expect, type Page } from '@playwright/test';
import { signUpToken } from './database';

export const PASSWORD = 'correct horse battery staple 9';

let count = 0;

/** An address nobody has used on this server. */
export function freshAddress(name = 'person'): string {
  count += 1;
  return `${name}.${process.pid}.${Date.now()}.${count}@example.org`;
}

/** Waits until the page answers to clicks. */
export async function hydrated(page: Page): Promise<void> {
  await page.locator('html[data-hydrated="true"]').waitFor();
}

/** Sends the sign-up form that was filled in, and ends on the chat: at once, or where there is mail as if that was read. */
export async function createAccount(page: Page, email: string, javaScriptEnabled = true): Promise<void> {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST' && new URL(response.url()).pathname === '/sign-up');
  await page.getByRole('button', { name: 'Create account' }).click();
  if ((await answer).status() === 200) {
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
    if (javaScriptEnabled) await hydrated(page);
    const { origin } = new URL(page.url());
    const finished = await page.request.post(`${origin}/sign-up/finish`, { form: { token: signUpToken(email), password: PASSWORD }, headers: { origin }, maxRedirects: 0 });
    expect(finished.status(), await finished.text()).toBe(303);
    await page.goto('/chat');
  }
  await page.waitForURL('**/chat');
}

/** Fills the sign-up form and ends on the chat. */
export async function signUp(page: Page, firstName = 'Ada', email = freshAddress(firstName.toLowerCase())): Promise<string> {
  await page.goto('/sign-up');
  await hydrated(page);
  await page.getByLabel('First name').fill(firstName);
  await page.getByLabel('Last name').fill('Lovelace');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await createAccount(page, email);
  await hydrated(page);
  return email;
}

/** Makes an account at the page of an invitation whose link was handed over, and ends on the chat of the team that invited. */
export async function signUpInvited(page: Page, link: string, firstName = 'Grace', lastName = 'Hopper'): Promise<void> {
  const { pathname, search } = new URL(link);
  await page.goto(pathname + search);
  await hydrated(page);
  await page.getByLabel('First name').fill(firstName);
  await page.getByLabel('Last name').fill(lastName);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await createAccount(page, await page.getByLabel('Email').inputValue());
  await hydrated(page);
}

/** Signs in through the form. */
export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.goto('/sign-in');
  await hydrated(page);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/chat');
  await hydrated(page);
}
