// The first steps: the administrator's guide on a fresh server of this test's own, and what people read who may not make things.
import { expect, expectAccessible, test } from '../support/test';
import { hydrated, signUp } from '../support/people';
import { OwnServer } from '../support/server';
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
  await expect(guide).toContainText('0 of 4 done');
  await expectAccessible(page);
  await page.setViewportSize({ width: 375, height: 812 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });

  await guide.getByRole('button', { name: 'Stay with the built-in model' }).click();
  await expect(guide).toContainText('1 of 4 done');
  await guide.getByRole('button', { name: 'Add a sample dataset' }).click();
  await expect(guide).toContainText('2 of 4 done');
  await guide.getByRole('link', { name: 'Open the sample dataset' }).click();
  await expect(page.getByRole('heading', { name: 'About Lyceum', level: 1 })).toBeVisible();
  const documents = page.getByRole('table', { name: 'Documents' });
  await expect(documents.getByRole('row').filter({ hasText: 'Ready' })).toHaveCount(4, { timeout: 120_000 });

  await page.goto('/team/settings');
  await hydrated(page);
  await page.getByLabel('Name', { exact: true }).fill('Research');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
  await page.goto('/chat');
  await hydrated(page);
  await expect(guide).toContainText('3 of 4 done');
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
  for (const each of [own, joining]) await each.close();
});
