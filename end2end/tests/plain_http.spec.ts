// Over plain http, at a name that is not localhost, a browser says of a form where it comes from and nothing else. People sign up, out and in all the same.
import type { Request } from '@playwright/test';
import { freshAddress, PASSWORD } from '../support/people';
import { OwnServer } from '../support/server';
import { expect, test } from '../support/test';

const server = new OwnServer();
let address = '';

test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');
// Chromium says of pages of such an origin that it does not isolate them and that passwords are typed in the clear; a wrong one is answered with 422.
test.use({ javaScriptEnabled: false, forgiven: ['Cross-Origin-Opener-Policy', 'non-secure context', '422'], baseURL: async ({}, use) => use(address) });

test.beforeAll(async () => {
  // The name leads here by a rule in playwright.config.ts. Without mail, accounts are made at once.
  await server.start('127.0.0.1:1', (url) => ({ LYCEUM_PUBLIC_URL: url.replace('127.0.0.1', 'lyceum.test'), LYCEUM_SMTP_URL: '' }));
  address = server.url.replace('127.0.0.1', 'lyceum.test');
});
test.afterAll(() => server.stop());

test('signing up, out and in works without JavaScript', async ({ page, context }) => {
  const email = freshAddress('plain');
  const posted: Request[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posted.push(request);
  });
  await page.goto('/sign-up');
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('Last name').fill('Plain');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(`${address}/chat`);
  const session = (await context.cookies()).find((cookie) => cookie.name === 'lyceum_session');
  expect(session).toMatchObject({ domain: 'lyceum.test', httpOnly: true, secure: false, sameSite: 'Lax' });

  await page.getByRole('complementary', { name: 'Sidebar' }).getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.goto('/team');
  await page.waitForURL('**/sign-in?next=/team');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('not my password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('The email address or the password is not right.')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/team');
  await expect(page.getByRole('table', { name: 'Members' })).toContainText('Ada Plain');

  // What the server went by; and of a screen whose address may hold a token, the browser told the host alone.
  expect(posted).toHaveLength(4);
  for (const request of posted) {
    const headers = await request.allHeaders();
    expect(headers['sec-fetch-site']).toBeUndefined();
    expect(headers.origin).toBe(address);
  }
  expect((await posted[0].allHeaders()).referer).toBe(`${address}/`);
});
