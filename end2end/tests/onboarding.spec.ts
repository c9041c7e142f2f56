// The first steps: the administrator's guide on a fresh server of this test's own, what people read who may not make things, and what each
// role is told where there is nothing yet.
import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from '../support/test';
import { freshAddress, hydrated, signUp, signUpInvited } from '../support/people';
import { OwnServer } from '../support/server';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { TeamPage } from '../pages/TeamPage';

const server = new OwnServer();

test.describe.configure({ mode: 'default', timeout: 240_000 });

test.beforeAll(async () => {
  // Without mail, so that accounts are made at once on this database too.
  await server.start('', { LYCEUM_SIGN_UP: 'open', LYCEUM_SMTP_URL: '' }, `lyceum_onboarding_${process.pid}`);
});

test.afterAll(async () => {
  await server.stop();
});

test('the guide ticks itself off, adds a sample that can be asked, and is dismissed for good', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await signUp(page, 'Grace', 'root@example.org');
  const guide = page.getByRole('region', { name: /Set up Lyceum|Lyceum is set up/ });
  await expect(guide).toContainText('0 of 5 done');
  await expectAccessible(page);
  await page.setViewportSize({ width: 375, height: 812 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });

  await guide.getByRole('button', { name: 'Stay with the built-in model' }).click();
  await expect(guide).toContainText('1 of 5 done');
  // The sample comes with a prompt, and leads to a chat with it.
  await guide.getByRole('button', { name: 'Add a sample dataset' }).click();
  await page.waitForURL(/\/chat\?prompt=[0-9a-f-]{36}$/);
  await expect(page.getByText('The sample is being read.')).toBeVisible();
  await expect(guide).toContainText('3 of 5 done');
  const question = page.getByRole('button', { name: 'What does a backup hold?' });
  await expect(question).toBeVisible();
  await expect(guide.getByRole('link', { name: 'Ask the sample' })).toHaveCount(0);
  await expectAccessible(page);
  await guide.getByRole('link', { name: 'Open the sample dataset' }).click();
  await expect(page.getByRole('heading', { name: 'About Lyceum', level: 1 })).toBeVisible();
  const documents = page.getByRole('table', { name: 'Documents' });
  await expect(documents.getByRole('row').filter({ hasText: 'Ready' })).toHaveCount(4, { timeout: 120_000 });

  await page.goto('/chat');
  await hydrated(page);
  await guide.getByRole('link', { name: 'Ask the sample' }).click();
  await question.click();
  const chat = new ChatPage(page);
  await expect(chat.message).toHaveValue('What does a backup hold?');
  await chat.send.click();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success', { timeout: 60_000 });
  await expect(chat.answer).toContainText('the database, the documents, and the secret keys');
  await chat.source(1).click();
  await expect(chat.sources).toContainText('Running Lyceum.md');

  await page.goto('/team/settings');
  await hydrated(page);
  await page.getByLabel('Name', { exact: true }).fill('Research');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
  await page.goto('/chat');
  await hydrated(page);
  await expect(guide).toContainText('4 of 5 done');
  await expect(guide).toContainText('It is called “Research”.');

  await guide.getByRole('link', { name: 'Invite people' }).click();
  const team = new TeamPage(page);
  await team.open();
  await team.invite('ada@example.org', 'Viewer');
  await page.goto('/chat');
  await hydrated(page);
  await expect(guide).toContainText('Lyceum is set up');
  // It is scrolled to before it is pressed: what leads to the end of a chat must not come to lie over it meanwhile.
  await page.setViewportSize({ width: 1280, height: 600 });
  await page.getByRole('group', { name: 'Conversation' }).evaluate(async (chat) => {
    chat.scrollTop = 1;
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  });
  await expect(page.getByRole('button', { name: 'Jump to latest' })).toHaveCount(0);
  await guide.getByRole('button', { name: 'Close the guide' }).click();
  await expect(guide).toHaveCount(0);
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole('heading', { name: 'What would you like to know?' })).toBeVisible();
  await expect(guide).toHaveCount(0);
  await context.close();
});

test('who may not make things reads whom to ask', async ({ browser }) => {
  const own = await browser.newContext({ baseURL: server.url });
  const owner = await own.newPage();
  await signUp(owner, 'Ada');
  const team = new TeamPage(owner);
  await team.open();
  const joining = await browser.newContext({ baseURL: server.url });
  const page = await joining.newPage();
  const email = await signUp(page, 'Katherine');
  const key = { name: 'key.txt', mimeType: 'text/plain', buffer: Buffer.from('The spare key of the observatory hangs in the blue cabinet.') };
  const main = page.getByRole('main');
  // In a team of one's own: first documents, then a prompt that asks them.
  await expect(main.getByRole('link', { name: 'Create a dataset' })).toBeVisible();
  const datasets = new DatasetsPage(page);
  await datasets.create('House rules');
  await datasets.upload(key);
  await datasets.expectStatus('key.txt', 'Ready');
  await page.goto('/chat');
  await hydrated(page);
  await expect(main).toContainText('no prompt yet that asks them');
  await expect(main.getByRole('link', { name: 'Create a dataset' })).toHaveCount(0);
  await expect(main.getByRole('link', { name: 'New prompt' })).toHaveAttribute('href', '/prompts/new');
  await expectAccessible(page);

  const link = new URL(await team.invite(email, 'Viewer'));
  await page.goto(link.pathname + link.search);
  await hydrated(page);
  await page.getByRole('button', { name: 'Join team' }).click();
  await page.waitForURL('**/chat');
  await hydrated(page);
  await expect(page.getByRole('main')).toContainText('Your role does not allow you to add documents. Ask Ada Lovelace.');
  await expectAccessible(page);
  await page.goto('/datasets');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'New dataset' })).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText('Your role does not allow you to make a dataset. Ask Ada Lovelace.');
  await expectAccessible(page);
  await page.goto('/prompts');
  await hydrated(page);
  await expect(page.getByRole('main')).toContainText('Your role does not allow you to make a prompt. Ask Ada Lovelace.');

  // Once there are documents, it is the prompt that is missing.
  const theirs = new DatasetsPage(owner);
  await theirs.create('House rules');
  await theirs.upload(key);
  await theirs.expectStatus('key.txt', 'Ready');
  await page.goto('/chat');
  await hydrated(page);
  await expect(main).toContainText('no prompt yet that asks them');
  await expect(main).toContainText('Your role does not allow you to make a prompt. Ask Ada Lovelace.');
  await expect(main).not.toContainText('add documents');
  await expectAccessible(page);
  for (const each of [own, joining]) await each.close();
});

test('every role reads where nothing is what it may do about it, or whom to ask', async ({ browser }) => {
  const newPage = () => browser.newPage({ baseURL: server.url });
  // Whoever is the first on a server is shown the guide, which none of these is.
  const first = await newPage();
  await signUp(first, 'Dorothy');
  await first.close();
  const owner = await newPage();
  await signUp(owner, 'Ada');
  const team = new TeamPage(owner);
  await team.open();
  const join = async (role: string, firstName: string, lastName: string): Promise<Page> => {
    const page = await newPage();
    await signUpInvited(page, await team.invite(freshAddress(firstName.toLowerCase()), role), firstName, lastName);
    return page;
  };
  const people = [
    { role: 'Owner', page: owner, makes: true },
    { role: 'Team manager', page: await join('Team manager', 'Max', 'Planck'), makes: true },
    { role: 'Collaborator', page: await join('Collaborator', 'Emmy', 'Noether'), makes: true },
    { role: 'Viewer', page: await join('Viewer', 'Mary', 'Somerville'), makes: false },
  ];

  for (const { role, page, makes } of people) {
    await test.step(role, async () => {
      const main = page.getByRole('main');
      const expectWayOn = async (what: string, action: Locator) => {
        const whom = main.getByText(`Your role does not allow you to ${what}. Ask Ada Lovelace, Max Planck or Emmy Noether.`);
        await expect(makes ? action : whom).toBeVisible();
        await expect(makes ? whom : action).toHaveCount(0);
      };
      await page.goto('/chat');
      await hydrated(page);
      await expect(new ChatPage(page).chats).toContainText('Your chats will be listed here.');
      await expect(main).toContainText('Lyceum answers from your own documents');
      await expectWayOn('add documents', main.getByRole('link', { name: 'Create a dataset' }));
      await expect(main.getByRole('link', { name: 'New prompt' })).toHaveCount(makes ? 1 : 0);
      await page.goto('/datasets');
      await hydrated(page);
      await expect(main).toContainText('There are no datasets yet.');
      await expectWayOn('make a dataset', main.getByRole('button', { name: 'New dataset' }));
      await expect(main.getByText('Make one with “New dataset”')).toHaveCount(makes ? 1 : 0);
      await page.goto('/prompts');
      await hydrated(page);
      await expect(main).toContainText('There are no prompts yet.');
      await expect(main).toContainText('A prompt tells a model what to do and where to look');
      await expectWayOn('make a prompt', main.getByRole('button', { name: 'New prompt' }));
    });
  }

  await new DatasetsPage(owner).create('House rules');
  const { pathname } = new URL(owner.url());
  for (const { role, page, makes } of people) {
    await test.step(`${role}, of documents`, async () => {
      const main = page.getByRole('main');
      await page.goto(pathname);
      await hydrated(page);
      await expect(main).toContainText('There are no documents yet.');
      await expect(main).toContainText(makes ? 'Upload files above.' : 'When somebody who may change this dataset uploads files, they are listed here.');
      await expect(page.getByLabel('Upload documents')).toHaveCount(makes ? 1 : 0);
    });
    await page.close();
  }
});
