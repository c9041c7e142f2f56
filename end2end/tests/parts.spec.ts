// The program comes in parts: what people see when one of them cannot be fetched, and that it is there when they try again.
import { ChatPage } from '../pages/ChatPage';
import { TeamPage } from '../pages/TeamPage';
import { ageSessions } from '../support/database';
import { freshAddress, hydrated, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

// Longer than a page takes that is taken over.
const A_WHILE = 1_000;
const PART = '**/pkg/split_team*.wasm';

// What a browser says of a file that does not come, and the program of its part.
test.use({ forgiven: ['Failed to fetch', 'net::ERR_'] });

test('a screen whose part cannot be fetched says so, and opens when it is tried again', async ({ member: page }) => {
  const sections = page.getByRole('navigation', { name: 'Sections' });
  const panel = page.getByRole('main').getByRole('alert').filter({ hasText: 'This screen could not be fetched.' });
  const team = new TeamPage(page);
  let refused = 0;
  await page.route(PART, (route) => {
    refused += 1;
    return route.abort();
  });
  await sections.getByRole('link', { name: 'Team', exact: true }).click();
  await expect(panel).toBeVisible();
  await expect(page).toHaveURL(/\/team$/);
  expect(refused).toBeGreaterThan(0);
  await expectAccessible(page);

  // The other parts go on meanwhile.
  await sections.getByRole('link', { name: 'Datasets', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Datasets' })).toBeVisible();
  await expect(panel).toHaveCount(0);
  await sections.getByRole('link', { name: 'Team', exact: true }).click();
  await expect(panel).toBeVisible();

  await page.unroute(PART);
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect(team.members).toContainText('Ada Lovelace');
  await hydrated(page);
  await expect(panel).toHaveCount(0);
  await page.getByRole('button', { name: 'Invite member' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('a page whose part does not come stays as it was written, and its links lead on', async ({ member: page }) => {
  let refused = 0;
  await page.route(PART, (route) => {
    refused += 1;
    return route.abort();
  });
  const toldByProgram = page.waitForEvent('console', (message) => message.text().includes('Failed to fetch'));
  await page.goto('/team');
  await toldByProgram;
  expect(refused).toBeGreaterThan(0);
  await page.waitForTimeout(A_WHILE);
  await expect(page.locator('html')).not.toHaveAttribute('data-hydrated', /.*/);
  await expect(new TeamPage(page).members).toContainText('Ada Lovelace');
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Datasets', exact: true }).click();
  await page.waitForURL('**/datasets');
  await hydrated(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Datasets' })).toBeVisible();
});

test('a dialog that cannot be fetched is said not to be there, and opens when it is tried again', async ({ member: page }) => {
  const dialogs = '**/pkg/split_late*.wasm';
  const chat = new ChatPage(page);
  await page.goto('/chat');
  await hydrated(page);
  await chat.ask('Where is the spare key?');
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  const choose = async (entry: string) => {
    await chat.chats.getByRole('button', { name: 'Options for Where is the spare key?' }).click();
    await page.getByRole('menuitem', { name: entry }).click();
  };
  await page.route(dialogs, (route) => route.abort());
  await choose('Rename');
  await expect(page.getByText('This could not be fetched.')).toBeVisible();
  await page.unroute(dialogs);
  await choose('Rename');
  const title = page.getByRole('dialog', { name: 'Title of this chat' }).getByLabel('Title');
  await expect(title).toHaveValue('Where is the spare key?');
  await expect(title).toBeFocused();
  await page.keyboard.press('Escape');
  await choose('Delete');
  await expect(page.getByRole('dialog', { name: 'Delete this chat?' })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(1);
});

test.describe('in a session that is older than ten minutes', () => {
  test.skip(!process.env.LYCEUM_POSTGRES_DIR, 'LYCEUM_POSTGRES_DIR is not set');
  // What has to be confirmed first is answered with 403.
  test.use({ forgiven: ['Failed to fetch', 'net::ERR_', '403'] });

  test('a confirmation that cannot be fetched is said not to be there, and asked for when it is tried again', async ({ page }) => {
    const dialogs = '**/pkg/split_late*.wasm';
    const email = await signUp(page);
    await page.goto('/team');
    await hydrated(page);
    ageSessions(email, 11);
    await page.route(dialogs, (route) => route.abort());
    await page.getByRole('button', { name: 'Invite member' }).click();
    const inviting = page.getByRole('dialog', { name: 'Invite a member' });
    await inviting.getByLabel('Email').fill(freshAddress('grace'));
    await inviting.getByLabel('Role').selectOption({ label: 'Owner' });
    await inviting.getByRole('button', { name: 'Send invitation' }).click();
    await expect(page.getByText('This could not be fetched.')).toBeVisible();
    await expect(inviting.getByText('Confirm that it is you first.')).toBeVisible();
    await page.unroute(dialogs);
    await inviting.getByRole('button', { name: 'Send invitation' }).click();
    await expect(page.getByRole('dialog', { name: 'Confirm it’s you' }).getByLabel('Your password')).toBeFocused();
  });
});
