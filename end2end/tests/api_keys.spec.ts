// API keys: made with the password, shown once, used by a program and by a page of another origin, revoked, refused.
import type { Page } from '@playwright/test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hydrated, PASSWORD } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

// A wrong password is answered with 422, which the console reports.
test.use({ forgiven: ['422'] });

/** What a program is answered that asks for the datasets; it has no cookies. */
async function ask(server: string, key: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${server}/api/datasets/list`, {
    method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: '{}',
  });
  return { status: answer.status, body: await answer.text() };
}

test('a key is made, used and revoked', async ({ member: page, baseURL }) => {
  await page.goto('/account');
  await hydrated(page);
  await expect(page.getByText('You have no API key in this team.')).toBeVisible();
  await page.getByRole('button', { name: 'Create API key…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create an API key' });
  await dialog.getByLabel('Name').fill('Nightly import');
  await dialog.getByLabel('Read documents and prompts').uncheck();
  await dialog.getByLabel('Your password').fill('something else entirely 1');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('Choose what the key may do.')).toBeVisible();
  await dialog.getByLabel('Read documents and prompts').check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('This is not your present password.')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const key = await dialog.getByLabel('API key').inputValue();
  expect(key).toMatch(/^lyc_[0-9a-f]{16}_[0-9a-f]{64}$/);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Done' }).click();

  const row = page.getByRole('table', { name: 'API keys' }).getByRole('row').filter({ hasText: 'Nightly import' });
  await expect(row).toContainText(key.slice(0, 20));
  await expect(row).toContainText('Never');
  expect(await page.content()).not.toContain(key);
  expect(await ask(baseURL!, key)).toEqual({ status: 200, body: '[]' });
  await page.reload();
  await hydrated(page);
  await expect(row).not.toContainText('Never');
  await expectAccessible(page);

  // The owner of a team sees its keys beside its people.
  await page.goto('/team');
  await hydrated(page);
  const teams = page.getByRole('table', { name: 'API keys of the team' });
  await expect(teams).toContainText('Ada Lovelace');
  await expectAccessible(page);
  const choose = async (act: string) => {
    await teams.getByRole('button', { name: 'Actions for Nightly import' }).click();
    await page.getByRole('menuitem', { name: act }).click();
  };
  await choose('Explain access');
  const access = page.getByRole('dialog', { name: 'Who has access to “Nightly import”' });
  await expect(access.getByRole('row').filter({ hasText: 'Ada Lovelace' })).toContainText('It is their key. Their role shows it: Owner');
  await expect(access.getByRole('row').filter({ hasText: 'Ada Lovelace' })).toContainText('See and revoke');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await choose('Revoke');
  await page.getByRole('dialog', { name: 'Revoke “Nightly import”?' }).getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByText('The key “Nightly import” is revoked.')).toBeVisible();
  await expect(teams).toHaveCount(0);
  const refused = await ask(baseURL!, key);
  expect(refused.status).toBe(401);
  expect(refused.body).toContain('revoked');
});

/** Somebody else's website: one page with nothing on it. To a browser it is another site than the server, which has no name. */
class Website {
  private readonly server: Server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Elsewhere</title>');
  });

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** What a page reads of the answer when it asks for the datasets, or what its browser says instead. */
function askFrom(page: Page, server: string, key: string, credentials?: 'include'): Promise<string> {
  return page.evaluate(async (call) => {
    const headers = { Authorization: `Bearer ${call.key}`, 'Content-Type': 'application/json' };
    try {
      const answer = await fetch(`${call.server}/api/datasets/list`, { method: 'POST', headers, body: '{}', credentials: call.credentials });
      return `${answer.status} ${await answer.text()}`;
    } catch (error) {
      return String(error);
    }
  }, { server, key, credentials });
}

/** Lists origins whose pages may use the keys of the team. */
async function allow(page: Page, origins: string): Promise<void> {
  await page.goto('/team/settings');
  await hydrated(page);
  await page.getByLabel('Allowed origins').fill(origins);
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
}

test.describe('from elsewhere', () => {
  // The console reports each answer that a page of another origin may not read.
  test.use({ forgiven: ['422', 'CORS policy', 'net::ERR_FAILED'] });
  test('a page of another origin calls with a key when the team lists it, and never with cookies', async ({ member: page, baseURL }) => {
    const BLOCKED = 'TypeError: Failed to fetch';
    const website = new Website();
    await website.start();
    await page.goto('/account');
    await hydrated(page);
    await page.getByRole('button', { name: 'Create API key…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create an API key' });
    await dialog.getByLabel('Name').fill('Our website');
    await dialog.getByLabel('Your password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const key = await dialog.getByLabel('API key').inputValue();

    // In the same browser, where somebody is signed in.
    const site = await page.context().newPage();
    await site.goto(website.origin);
    expect(await askFrom(site, baseURL!, key)).toBe(BLOCKED);

    await allow(page, website.origin);
    const own = await page.goto('/datasets');
    expect((await own!.request().allHeaders()).cookie).toContain('session');
    const calling = site.waitForRequest((request) => request.method() === 'POST' && request.url() === `${baseURL}/api/datasets/list`);
    expect(await askFrom(site, baseURL!, key)).toBe('200 []');
    const headers = await (await calling).allHeaders();
    expect(headers).toMatchObject({ origin: website.origin, authorization: `Bearer ${key}` });
    expect(headers.cookie).toBeUndefined();
    // With the session of whoever looks at the page nothing is read, and nothing is done.
    expect(await askFrom(site, baseURL!, key, 'include')).toBe(BLOCKED);
    expect(await site.evaluate((server) => fetch(`${server}/sign-out`, { method: 'POST', credentials: 'include' }).catch(String), baseURL!)).toBe(BLOCKED);
    await page.reload();
    await expect(page).toHaveURL(/\/datasets$/);

    await allow(page, '');
    expect(await askFrom(site, baseURL!, key)).toBe(BLOCKED);
    await site.close();
    await website.stop();
  });
});

test('the keys fit on a phone', async ({ member: page }) => {
  await page.goto('/account');
  await hydrated(page);
  await page.setViewportSize({ width: 375, height: 740 });
  await page.getByRole('button', { name: 'Create API key…' }).click();
  await expect(page.getByRole('dialog', { name: 'Create an API key' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});
