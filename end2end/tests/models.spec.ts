// Models: the administrator adds one of a provider, learns in words whether it answers, and everybody else finds nothing.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, expectAccessible, test } from '../support/test';
import { hydrated } from '../support/people';
import { ModelsPage } from '../pages/ModelsPage';

test('the built-in models are there and explain themselves', async ({ administrator: page }) => {
  const models = new ModelsPage(page);
  await models.open();
  await expect(models.row('extractive')).toContainText('Quotes the sentences');
  await expect(models.row('all-MiniLM-L6-v2')).toContainText('384 dimensions');
  await expectAccessible(page);

  // Who may choose one, and why.
  await models.choose('extractive', 'Explain access');
  const access = page.getByRole('dialog', { name: 'Who has access to “extractive”' });
  const line = access.getByRole('table', { name: 'Who has access' }).getByRole('row').nth(1);
  await expect(line).toContainText('Choose and change');
  await expect(line).toContainText('Manages this server. Their role lets them choose models: Owner');
  await expectAccessible(page);
});

test('a connection that fails says why, in the dialog, and nothing is lost', async ({ administrator: page }) => {
  const models = new ModelsPage(page);
  await models.open();
  await models.fill({ provider: 'Nobody', baseUrl: 'https://nobody.invalid/v1', key: 'sk-x', name: 'm' });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('dialog', { name: 'Add model' }).getByRole('status')).toContainText('nobody.invalid');
  await expect(page.getByLabel('Model name')).toHaveValue('m');
});

test.describe('with fields that are wrong', () => {
  test.use({ forgiven: ['422'] });
  test('each field says what is wrong with it', async ({ administrator: page }) => {
    const models = new ModelsPage(page);
    await models.open();
    await models.fill({ provider: '', baseUrl: 'file:///etc/passwd', key: '', name: '' });
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add model' });
    await expect(dialog.getByText('Provider cannot be empty.')).toBeVisible();
    await expect(dialog.getByText('Model name cannot be empty.')).toBeVisible();
    await expect(dialog.getByText('Only http:// and https://')).toBeVisible();
  });
});

test.describe('for people who do not manage the installation', () => {
  test.use({ forgiven: ['404'] });
  test('there is nothing here', async ({ member: page }) => {
    const response = await page.goto('/admin/models');
    await hydrated(page);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('button', { name: 'Add model' })).toHaveCount(0);
    await expect(page.getByRole('main')).toContainText('Not found');
  });
});

// Needs LYCEUM_EGRESS_ALLOW to name this port; scripts/test sets it where it starts the server.
const PORT = Number(process.env.MODELS_SPEC_PORT ?? 0);

test.describe('with a provider on this machine', () => {
  test.skip(PORT === 0, 'MODELS_SPEC_PORT is not set');
  let server: Server;
  test.beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"delta":{"content":"yes"}}]}\n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
    await new Promise<void>((listening) => server.listen(PORT, '127.0.0.1', listening));
  });
  test.afterAll(() => server.close());

  test('a model is tested, saved and removed; the default stays, for other tests ask it at the same moment', async ({ administrator: page }) => {
    const models = new ModelsPage(page);
    const port = (server.address() as AddressInfo).port;
    const name = `teller-${Date.now()}`;
    await models.open();
    await models.fill({ provider: 'Here', baseUrl: `http://127.0.0.1:${port}/v1`, key: 'sk-secret-of-mine', name });
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByRole('dialog').getByRole('status')).toContainText('It works');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(models.row(name)).toBeVisible();
    expect(await page.content()).not.toContain('sk-secret-of-mine');

    await models.choose(name, 'Test connection');
    await expect(models.row(name)).toContainText('It works');
    await models.choose(name, 'Remove');
    await page.getByRole('button', { name: 'Remove model' }).click();
    await expect(models.row(name)).toHaveCount(0);
  });
});
