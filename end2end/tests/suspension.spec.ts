// Suspension in the middle of an answer: it is written no further, and the screen of whoever is kept out says so and leads out, whether an
// administrator did it or somebody who manages the team. On a server of these tests' own, with a model that never comes to an end.
import type { BrowserContext, Page } from '@playwright/test';
import { ChatPage } from '../pages/ChatPage';
import { PeoplePage } from '../pages/PeoplePage';
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated, signIn, signUp, signUpInvited } from '../support/people';
import { type Call, Provider } from '../support/provider';
import { OwnServer } from '../support/server';
import { comeBack } from '../support/tabs';
import { expect, expectAccessible, test } from '../support/test';

const MODEL = 'puppet';
const provider = new Provider(0);
const server = new OwnServer();
/** The administrator, signed in. */
let root: Awaited<ReturnType<BrowserContext['storageState']>>;

test.describe.configure({ mode: 'default', timeout: 240_000 });
// What a page asks whose session is over is answered with 401, which the console reports.
test.use({ forgiven: ['401'] });

test.beforeAll(async ({ browser }) => {
  await provider.start();
  // Without mail, so that accounts are made at once on this database too.
  const settings = { LYCEUM_SIGN_UP: 'open', LYCEUM_SMTP_URL: '' };
  await server.start(`127.0.0.1:${provider.port}`, settings, `lyceum_suspension_${process.pid}`);
  const page = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signUp(page, 'Dorothy', 'root@example.org');
  const model = {
    provider: 'Puppeteer', kind: 'OpenAI-compatible', base_url: provider.baseUrl, api_key: '', name: MODEL, model_type: 'LLM', context_size: 8000,
  };
  const added = await page.request.post(`${server.url}/api/models/add`, { data: { model }, headers: { origin: server.url } });
  expect(added.status(), await added.text()).toBe(200);
  root = await page.context().storageState();
  await page.close();
});

test.afterAll(async () => {
  await server.stop();
  await provider.stop();
});

/** Asks something whose answer has begun; the call it comes from. */
async function beginAnswer(page: Page): Promise<Call> {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('Tell me the whole story.');
  const call = await provider.call();
  call.say('It was a dark and stormy night');
  await expect(chat.answer).toContainText('stormy night');
  await expect(chat.answer).toHaveAttribute('data-status', 'InProgress');
  await expect(chat.stop).toBeVisible();
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}$/);
  return call;
}

/** The model is hung up on, the page asks its person to sign in, and leads there once they look at it again. */
async function expectOut(page: Page, call: Call): Promise<void> {
  await call.hungUp();
  const chat = new ChatPage(page);
  await expect(page.getByRole('alert').filter({ hasText: 'Please sign in.' }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
  await expect(chat.stop).toHaveCount(0);
  await expect(page.getByText('The connection was lost.')).toHaveCount(0);
  await expect(chat.answer).toContainText('stormy night');
  await expectAccessible(page);
  await comeBack(page);
  await page.waitForURL(/\/sign-in\?next=\/chat\//);
  await hydrated(page);
}

test('whom an administrator suspends in the middle of an answer is out, and finds what was written once they are reinstated', async ({ browser }) => {
  const page = await (await browser.newContext({ baseURL: server.url })).newPage();
  const administrator = await (await browser.newContext({ baseURL: server.url, storageState: root })).newPage();
  const email = await signUp(page, 'Katherine');
  const people = new PeoplePage(administrator);
  await people.open();
  await people.find(email);

  const call = await beginAnswer(page);
  const address = page.url();
  await people.choose(email, 'Suspend');
  await people.agree('Suspend person');
  await expect(people.row(email)).toContainText('Suspended');
  await expectOut(page, call);

  await people.choose(email, 'Reinstate');
  await people.agree('Reinstate person');
  await expect(people.row(email)).not.toContainText('Suspended');
  await signIn(page, email);
  await page.goto(address);
  await hydrated(page);
  const chat = new ChatPage(page);
  await expect(chat.answer).toHaveAttribute('data-status', 'Cancelled');
  await expect(chat.answer).toContainText('It was a dark and stormy night');
  await administrator.close();
  await page.close();
});

test('who is suspended from a team in the middle of an answer is out of it, and comes in again to a team of their own', async ({ browser }) => {
  const managing = await (await browser.newContext({ baseURL: server.url })).newPage();
  const page = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signUp(managing, 'Ada');
  const team = new TeamPage(managing);
  await team.open();
  const email = freshAddress('grace');
  await signUpInvited(page, await team.invite(email, 'Collaborator'));
  await team.open();

  const call = await beginAnswer(page);
  await team.choose(email, 'Suspend');
  await managing.getByRole('dialog').getByRole('button', { name: 'Suspend member' }).click();
  await expect(team.row(email)).toContainText('Suspended');
  await expectOut(page, call);

  await signIn(page, email);
  await expect(page.getByRole('button', { name: 'Account menu' })).not.toContainText('Ada’s team');
  await expect(new ChatPage(page).chats).toContainText('Your chats will be listed here.');
  await managing.close();
  await page.close();
});
