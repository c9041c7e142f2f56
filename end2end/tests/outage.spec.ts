// What people see when the server or its database goes away under them, and that all comes back by itself.
import { expect, test } from '../support/test';
import { hydrated, signUp } from '../support/people';
import { Provider } from '../support/provider';
import { OwnServer } from '../support/server';
import { ChatPage } from '../pages/ChatPage';

const MODEL = 'doomed';
const provider = new Provider(0);
const server = new OwnServer();

test.describe.configure({ mode: 'default', timeout: 240_000 });
// What a browser says of a server that does not answer, or not with success.
test.use({ forgiven: ['Failed to load resource', 'net::ERR_'] });

test.beforeAll(async ({ browser }) => {
  await provider.start();
  await server.start(`127.0.0.1:${provider.port}`);
  const { ADMINISTRATOR_STATE } = await import('../support/administrator');
  const context = await browser.newContext({ storageState: ADMINISTRATOR_STATE, baseURL: server.url });
  const model = {
    provider: `Doomed ${provider.port}`, kind: 'OpenAI-compatible', base_url: provider.baseUrl, api_key: '', name: MODEL, model_type: 'LLM', context_size: 8000,
  };
  const added = await context.request.post('/api/models/add', { data: { model }, headers: { origin: server.url } });
  expect(added.status(), await added.text()).toBe(200);
  await context.close();
});

test.afterAll(async () => {
  await server.stop();
  await provider.stop();
});

test('a server killed in mid-stream leaves its answer interrupted, with its text kept', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await signUp(page);
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('Tell me the whole story.');
  const call = await provider.call();
  call.say('It was a dark and stormy night');
  await expect(chat.answer).toContainText('stormy night');
  await server.kill();
  await server.startAgain();
  await expect(chat.answer).toHaveAttribute('data-status', 'Interrupted', { timeout: 120_000 });
  await expect(chat.answer).toContainText('It was a dark and stormy night');
  await expect(chat.answer).toContainText('went away');
  await page.reload();
  await hydrated(page);
  await expect(chat.answer).toContainText('It was a dark and stormy night');
  await expect(chat.answer).toHaveAttribute('data-status', 'Interrupted');

  await chat.answer.getByRole('button', { name: 'Continue' }).click();
  const more = await provider.call();
  more.say(', and the rain fell.');
  more.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  await expect(chat.answer).toContainText('It was a dark and stormy night, and the rain fell.');
  await context.close();
});

test('without its database the server says so, and is back by itself', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await signUp(page);
  server.database.cut();
  const answer = await page.goto('/datasets');
  expect(answer?.status()).toBe(503);
  await expect(page.getByRole('heading', { name: 'Back in a moment' })).toBeVisible();
  expect((await context.request.get('/livez')).status()).toBe(200);
  expect((await context.request.get('/readyz')).status()).toBe(503);
  server.database.mend();
  // The page loads itself again; nobody signs in anew.
  await expect(page.getByRole('heading', { name: 'Datasets', level: 1 })).toBeVisible({ timeout: 60_000 });
  await context.close();
});
