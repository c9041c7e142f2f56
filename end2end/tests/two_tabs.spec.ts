// Two tabs of one browser: what one does to the session, the other finds out before anything lands where nobody sees it.
import type { Locator, Page } from '@playwright/test';
import { AuditPage } from '../pages/AuditPage';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { PromptsPage } from '../pages/PromptsPage';
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated, signIn, signUp, signUpInvited } from '../support/people';
import { comeBack, comeBackAndAsk } from '../support/tabs';
import { expect, test } from '../support/test';

// What a page of another team or person asks for is answered with 409, and a signed-out one with 401; the console reports both.
test.use({ forgiven: ['409', '401'] });

/** Signs out by the account menu. */
async function signOut(page: Page): Promise<void> {
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
}

/** Makes another team and goes on in it; the names of the one of before and of the new one. */
async function makeTeam(page: Page): Promise<{ first: string; second: string }> {
  await page.goto('/team/settings');
  await hydrated(page);
  const first = await page.getByLabel('Name', { exact: true }).inputValue();
  const second = `Legal ${process.pid} ${Date.now()}`;
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'New team' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(second);
  await page.getByRole('button', { name: 'Create team' }).click();
  await page.waitForURL('**/team');
  await hydrated(page);
  return { first, second };
}

/** Goes on in the other team, on the account page. */
async function switchTeam(page: Page, name: string): Promise<void> {
  await page.goto('/account');
  await hydrated(page);
  const teams = page.getByRole('list', { name: 'Teams', exact: true });
  await teams.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: 'Switch' }).click();
  await page.waitForURL('**/chat');
}

/** Opens the account menu; the entry of a team. */
async function entry(page: Page, team: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Account menu' }).click();
  return page.getByRole('menuitem', { name: team, exact: true });
}

/** What the browser asks, each answered with no until `agrees` is set. */
function questionsOf(page: Page): { asked: string[]; agrees: boolean } {
  const questions = { asked: [] as string[], agrees: false };
  page.on('dialog', async (dialog) => {
    questions.asked.push(dialog.type());
    await (questions.agrees ? dialog.accept() : dialog.dismiss());
  });
  return questions;
}

test('nothing lands in the team another tab went on in, and the page shows that one once somebody comes back to it', async ({ member: page }) => {
  test.setTimeout(180_000);
  const { first, second } = await makeTeam(page);
  const name = page.getByLabel('Name', { exact: true });
  await page.goto('/team/settings');
  await hydrated(page);
  await expect(name).toHaveValue(second);

  // In the same team nothing happens to what is being typed.
  await name.fill('Typed, not saved');
  await comeBackAndAsk(page);
  await expect(name).toHaveValue('Typed, not saved');

  const other = await page.context().newPage();
  await switchTeam(other, first);

  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('You work in another team now. Reload this page.')).toBeVisible();
  await expect(name).toHaveValue('Typed, not saved');
  await other.goto('/team/settings');
  await hydrated(other);
  await expect(other.getByLabel('Name', { exact: true })).toHaveValue(first);

  await comeBack(page);
  await expect(name).toHaveValue(first);
  await hydrated(page);
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
  await other.close();
});

test('a page whose person signed out in another tab leads to signing in, and what was typed is still there', async ({ page }) => {
  test.setTimeout(180_000);
  const email = await signUp(page);
  await page.goto('/chat');
  await hydrated(page);
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('Half a thought');

  const other = await page.context().newPage();
  await signOut(other);

  await comeBack(page);
  await page.waitForURL('**/sign-in?next=/chat');
  await other.close();
  await signIn(page, email);
  await expect(message).toHaveValue('Half a thought');
});

test('nothing is done in the name of a colleague who signs in in another tab, and the pages of before are theirs once somebody comes back', async ({ page, browser, baseURL }) => {
  test.setTimeout(180_000);
  const [ada, grace] = [await signUp(page), freshAddress('grace')];
  const team = new TeamPage(page);
  await team.open();
  const link = await team.invite(grace, 'Team manager');
  const invited = await browser.newPage({ baseURL });
  await signUpInvited(invited, link);
  await invited.close();

  await page.goto('/team/groups');
  await hydrated(page);
  const makeGroup = page.getByRole('button', { name: 'New group' });
  await makeGroup.click();
  const dialog = page.getByRole('dialog', { name: 'New group' });
  const create = dialog.getByRole('button', { name: 'Create', exact: true });
  await dialog.getByLabel('Name').fill('Readers');
  const writing = await page.context().newPage();
  const chat = new ChatPage(writing);
  await writing.goto('/chat');
  await hydrated(writing);
  await chat.message.fill('Half a thought');

  // Grace works in the same team: nothing but the person is another.
  const menu = (tab: Page) => tab.getByRole('button', { name: 'Account menu' });
  const other = await page.context().newPage();
  await signOut(other);
  await signIn(other, grace);
  await expect(menu(other)).toContainText('Grace Hopper');
  await expect(menu(other)).toContainText('Ada’s team');
  await other.close();

  const refusal = 'Somebody else is signed in now, or a view as somebody else began or ended. Reload this page.';
  await create.click();
  await expect(dialog).toContainText(refusal);
  await expect(dialog.getByLabel('Name')).toHaveValue('Readers');
  await chat.message.press('Enter');
  await expect(writing.getByText(refusal)).toBeVisible();
  await expect(chat.message).toHaveValue('Half a thought');

  for (const tab of [page, writing]) {
    await comeBack(tab);
    await expect(menu(tab)).toContainText('Grace Hopper');
    await hydrated(tab);
  }
  await expect(page.getByText('There are no groups yet.')).toBeVisible();
  await expect(chat.chats).toContainText('Your chats will be listed here.');
  await expect(chat.message).toHaveValue('');

  // From now on the page is hers; what is on record is hers alone.
  await makeGroup.click();
  await dialog.getByLabel('Name').fill('Writers');
  await create.click();
  await expect(page.getByRole('table', { name: 'Groups' })).toContainText('Writers');
  const audit = new AuditPage(page);
  await audit.open();
  await expect(audit.row('made the group')).toHaveCount(1);
  await expect(audit.row('made the group')).toContainText('Grace Hopper made the group “Writers”');

  // What Ada was typing waits for her.
  await signOut(writing);
  await signIn(writing, ada);
  await expect(chat.message).toHaveValue('Half a thought');
});

test('who has something unsaved is asked before the team is switched, and goes back to that of the page to save it', async ({ member: page }) => {
  test.setTimeout(180_000);
  const { first, second } = await makeTeam(page);
  const questions = questionsOf(page);
  const description = page.getByLabel('Description');
  const prompts = new PromptsPage(page);
  const change = async (name: string) => {
    await prompts.create(name);
    await description.fill('Not saved yet');
    await expect(page.getByText('There are unsaved changes.')).toBeVisible();
  };
  await change('Draft');
  // With a no nothing happens: the page saves in its team.
  await (await entry(page, first)).click();
  await expect.poll(() => questions.asked).toEqual(['confirm']);
  await prompts.save();
  await expect(page.getByText('Everything is saved.')).toBeVisible();
  await description.fill('Not saved again');
  // With a yes it is done, and nobody is asked a second time.
  questions.agrees = true;
  await (await entry(page, first)).click();
  await page.waitForURL('**/chat');
  await hydrated(page);
  expect(questions.asked).toEqual(['confirm', 'confirm']);

  questions.agrees = false;
  await change('Another draft');
  const other = await page.context().newPage();
  await switchTeam(other, second);
  await comeBack(page);
  await expect.poll(() => questions.asked).toEqual(['confirm', 'confirm', 'beforeunload']);
  await prompts.save();
  await expect(page.getByText('You work in another team now. Reload this page.')).toBeVisible();
  await (await entry(page, first)).click();
  await expect(page.getByText('You work in this team.')).toBeVisible();
  await prompts.save();
  await expect(page.getByText('Everything is saved.')).toBeVisible();
  expect(questions.asked).toEqual(['confirm', 'confirm', 'beforeunload']);

  // A screen of the team before offers what helps.
  await switchTeam(other, second);
  await page.locator('#sidebar').getByRole('link', { name: 'Datasets', exact: true }).click();
  const main = page.getByRole('main');
  await expect(main.getByRole('heading', { level: 1, name: 'This page is out of date' })).toBeVisible();
  await expect(main.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await main.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByText('There are no datasets yet.')).toBeVisible();
  await other.close();
});

test.describe('while a file is on its way', () => {
  // The dataset is not in the team that is gone on in.
  test.use({ forgiven: ['409', '401', '404'] });

  test('leaving is asked about, and a page that is over waits until what became of the file is read', async ({ member: page }) => {
    test.setTimeout(180_000);
    const { first } = await makeTeam(page);
    const questions = questionsOf(page);
    const datasets = new DatasetsPage(page);
    await datasets.create('House rules');
    let arrive = () => {};
    const held = new Promise<void>((resolve) => { arrive = resolve; });
    await page.route('**/api/datasets/*/documents', async (route) => {
      await held;
      await route.continue();
    });
    await datasets.upload({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('A note about zebras.') });
    const uploads = page.getByRole('list', { name: 'Uploads' });
    await expect(uploads).toContainText('Uploading notes.txt');
    await (await entry(page, first)).click();
    await expect.poll(() => questions.asked).toEqual(['confirm']);

    const other = await page.context().newPage();
    await switchTeam(other, first);
    await comeBackAndAsk(page);
    await expect(uploads).toContainText('Uploading notes.txt');
    arrive();
    await expect(uploads).toContainText('“notes.txt” was not taken. You work in another team now. Reload this page.');
    await uploads.getByRole('button', { name: 'Dismiss notes.txt' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Not found' })).toBeVisible();
    expect(questions.asked).toEqual(['confirm']);
    await other.close();
  });
});
