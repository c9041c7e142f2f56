// Sharing: a private dataset and a private prompt with a group and a person, the explanation, and the end of it; who sees a document
// and a chat, and why.
import type { Browser, Page } from '@playwright/test';
import { AuditPage } from '../pages/AuditPage';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { PromptsPage } from '../pages/PromptsPage';
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated, signUpInvited } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

/** Somebody who was invited into the team of the page's person, on a page of their own. */
async function colleague(page: Page, browser: Browser, baseURL: string | undefined, role: string): Promise<Page> {
  const team = new TeamPage(page);
  await team.open();
  const link = await team.invite(freshAddress('grace'), role);
  const grace = await (await browser.newContext({ baseURL })).newPage();
  await signUpInvited(grace, link);
  return grace;
}

test('what is private is shared with a group and a person, explained, and taken back', async ({ member: page, browser, baseURL }) => {
  test.setTimeout(180_000);
  const grace = await colleague(page, browser, baseURL, 'Collaborator');

  await page.goto('/team/groups');
  await hydrated(page);
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Readers');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const group = page.getByRole('table', { name: 'Groups' }).getByRole('row').filter({ hasText: 'Readers' });
  await group.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Choose members' }).click();
  await page.getByRole('dialog').getByLabel('Grace Hopper').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Save members' }).click();
  await expect(group).toContainText('Grace Hopper');
  await group.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Explain access' }).click();
  const ofGroup = page.getByRole('dialog', { name: 'Who has access to “Readers”' });
  await expect(ofGroup.getByRole('row').filter({ hasText: 'Grace Hopper' })).toContainText('Their role shows it: Collaborator');
  await expect(ofGroup.getByRole('row').filter({ hasText: 'Ada Lovelace' })).toContainText('See and change');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(ofGroup).toBeHidden();

  const datasets = new DatasetsPage(page);
  await datasets.create('Minutes');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel('Visibility').selectOption({ value: 'Private' });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('It is shared with nobody yet.')).toBeVisible();
  await page.getByLabel('Person or group').selectOption({ label: 'Group: Readers' });
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const shares = page.getByRole('table', { name: 'Shared with' });
  await expect(shares.getByRole('row').filter({ hasText: 'Readers' })).toBeVisible();
  await shares.getByLabel('Right of Readers').selectOption({ label: 'Edit' });
  await page.getByRole('button', { name: 'Explain access' }).click();
  const access = page.getByRole('table', { name: 'Who has access' });
  await expect(access.getByRole('row').filter({ hasText: 'Grace Hopper' })).toContainText('In the group “Readers” (edit)');
  await expect(access.getByRole('row').filter({ hasText: 'Ada Lovelace' })).toContainText('Made it');
  await expectAccessible(page);
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.setViewportSize({ width: 1280, height: 800 });

  await grace.goto('/datasets');
  await hydrated(grace);
  await expect(grace.getByRole('link', { name: 'Minutes' })).toBeVisible();
  await expect(grace.getByText('Some of your team')).toBeVisible();
  await shares.getByRole('button', { name: 'Remove Readers' }).click();
  await expect(page.getByText('It is shared with nobody yet.')).toBeVisible();
  await expect(access.getByRole('row').filter({ hasText: 'Grace Hopper' })).toHaveCount(0);
  await grace.reload();
  await hydrated(grace);
  await expect(grace.getByText('There are no datasets yet.')).toBeVisible();

  // Everybody on the server is only for those who run the team.
  const offered = (of: Page) => of.getByLabel('Visibility').locator('option');
  await expect(offered(page)).toHaveText(['Your team', 'Only you, and those you share it with', 'Whole company: everybody on this server']);
  await grace.getByRole('button', { name: 'New dataset' }).click();
  await expect(offered(grace)).toHaveText(['Your team', 'Only you, and those you share it with']);
  await grace.keyboard.press('Escape');

  const prompts = new PromptsPage(page);
  await prompts.create('Helper');
  await hydrated(page);
  await page.getByLabel('Person or group').selectOption({ index: 2 });
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(shares.getByRole('row').filter({ hasText: 'Grace Hopper' })).toBeVisible();
  await expectAccessible(page);
  await grace.goto('/prompts');
  await hydrated(grace);
  await expect(new PromptsPage(grace).tile('Helper')).toContainText('Some of your team');
  await grace.close();

  const audit = new AuditPage(page);
  await audit.open('/team/audit?action=dataset.unshared');
  const unshared = audit.row('Ada Lovelace stopped sharing the dataset “Minutes”');
  await unshared.locator('summary').click();
  await expect(unshared).toContainText('the group “Readers”');
  await audit.open('/team/audit?action=prompt.shared');
  const shared = audit.row('Ada Lovelace shared the prompt “Helper”');
  await shared.locator('summary').click();
  await expect(shared).toContainText('Grace Hopper');
});

test('who sees a document and a chat is explained where they are listed', async ({ member: page, browser, baseURL }) => {
  test.setTimeout(180_000);
  const grace = await colleague(page, browser, baseURL, 'Viewer');
  const datasets = new DatasetsPage(page);
  await datasets.create('House rules');
  await datasets.upload({ name: 'rules.txt', mimeType: 'text/plain', buffer: Buffer.from('The spare key is in the blue cabinet.') });
  await datasets.row('rules.txt').getByRole('button', { name: 'Explain access to rules.txt' }).click();
  const dialog = page.getByRole('dialog', { name: 'Who has access to “rules.txt”' });
  await expect(dialog).toContainText('Its dataset, “House rules”, decides');
  const row = (name: string) => dialog.getByRole('table', { name: 'Who has access' }).getByRole('row').filter({ hasText: name });
  await expect(row('Ada Lovelace')).toContainText('Made its dataset. Its dataset is visible to the team');
  await expect(row('Grace Hopper')).toContainText('Its dataset is visible to the team');
  await expectAccessible(page);
  await page.setViewportSize({ width: 375, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  // Her role changes nothing and sees no people, and still her chat is explained to her.
  const chat = new ChatPage(grace);
  await hydrated(grace);
  await chat.ask('Where is the spare key?');
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  await chat.chats.getByRole('button', { name: 'Options for Where is the spare key?' }).click();
  await grace.getByRole('menuitem', { name: 'Explain access' }).click();
  const hers = grace.getByRole('dialog', { name: 'Who has access to “Where is the spare key?”' });
  const lines = hers.getByRole('table', { name: 'Who has access' }).getByRole('row');
  await expect(lines).toHaveCount(2);
  await expect(lines.nth(1)).toContainText('Grace Hopper');
  await expect(lines.nth(1)).toContainText('Read and ask');
  await expect(lines.nth(1)).toContainText('Started it');
  await expect(hers).toContainText('cannot be shared');
  await expect(hers).toContainText('An owner can look at it by viewing the team as somebody listed here');
  await expectAccessible(grace);
  const address = grace.url();
  await grace.goto(`/datasets/${page.url().split('/').pop()}`);
  await hydrated(grace);
  await expect(new DatasetsPage(grace).row('rules.txt')).toBeVisible();
  await expect(grace.getByRole('button', { name: /^Explain access/ })).toHaveCount(0);
  await grace.close();

  const opened = await page.request.post(`${baseURL}/api/chat/open`, {
    data: { id: address.split('/').pop() },
    headers: { origin: baseURL! },
  });
  expect(opened.status(), 'as explained, an owner does not open it').toBe(404);
});
