// The audit trail: what was done is told, filtered, exported and verified; others find nothing.
import { AuditPage } from '../pages/AuditPage';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { PromptsPage } from '../pages/PromptsPage';
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

test('acts are told with everything behind them, filtered, verified and exported', async ({ member: page }) => {
  test.setTimeout(120_000);
  const audit = new AuditPage(page);
  await audit.open();
  await expect(page.getByText('Nothing was recorded yet.')).toBeVisible();
  await expectAccessible(page);

  const team = new TeamPage(page);
  await team.open();
  const email = freshAddress('bob');
  await team.invite(email, 'Viewer');
  await page.getByRole('link', { name: 'Groups' }).click();
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('=1+1');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('table', { name: 'Groups' })).toContainText('=1+1');

  await team.open();
  await page.getByRole('link', { name: 'Audit trail' }).click();
  await expect(audit.row(`Ada Lovelace invited ${email} as viewer`)).toBeVisible();
  await audit.row('made the group').locator('summary').click();
  await expect(audit.row('made the group')).toContainText('group.created');
  await expectAccessible(page);

  await page.getByLabel('Action').selectOption({ label: 'Invitations: everything' });
  await audit.filter();
  await expect(page).toHaveURL(/action=invitation/);
  await expect(audit.table.getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: 'Clear' }).click();
  await expect(audit.row('made the group')).toBeVisible();
  await expect(page.getByLabel('Action')).toHaveValue('');
  await page.getByLabel('Words').fill('nothing of this kind');
  await audit.filter();
  await expect(page.getByText('Nothing that was recorded fits these filters.')).toBeVisible();
  await page.goBack();
  await expect(audit.row('made the group')).toBeVisible();

  // One thing, one person, and a time.
  await audit.row('made the group').locator('summary').click();
  await audit.row('made the group').getByRole('link', { name: 'Everything done to this' }).click();
  await expect(page.getByText('Only what was done to “=1+1”.')).toBeVisible();
  await expect(audit.table.getByRole('row')).toHaveCount(2);
  await expectAccessible(page);
  await page.getByLabel('Through').selectOption({ label: 'API' });
  await audit.filter();
  await expect(page).toHaveURL(/about=.*via=Api|via=Api.*about=/);
  await expect(page.getByText('Nothing that was recorded fits these filters.')).toBeVisible();
  await page.getByRole('link', { name: 'Show what was done to anything' }).click();
  await page.getByRole('link', { name: 'Clear' }).click();
  await audit.row('invited').locator('summary').click();
  await audit.row('invited').getByRole('link', { name: 'Everything by this person' }).click();
  await expect(page.getByLabel('Person')).toHaveValue(/^[0-9a-f-]{36}$/);
  await expect(audit.table.getByRole('row')).toHaveCount(3);
  const now = new Date();
  const day = (at: Date) => at.toISOString().slice(0, 10);
  const time = (at: Date) => at.toISOString().slice(11, 16);
  const later = new Date(now.getTime() + 5 * 60_000);
  await page.getByLabel('From (UTC)').fill(day(later));
  await page.getByLabel('From, time').fill(time(later));
  await audit.filter();
  await expect(page.getByText('Nothing that was recorded fits these filters.')).toBeVisible();
  const earlier = new Date(now.getTime() - 10 * 60_000);
  await page.getByLabel('From (UTC)').fill(day(earlier));
  await page.getByLabel('From, time').fill(time(earlier));
  await page.getByLabel('To (UTC)').fill(day(later));
  await page.getByLabel('To, time').fill(time(later));
  await audit.filter();
  await expect(audit.table.getByRole('row')).toHaveCount(3);
  await page.getByRole('link', { name: 'Clear' }).click();
  await expect(page.getByLabel('From, time')).toHaveValue('');

  await page.getByRole('button', { name: 'Verify chain' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The chain is whole: 2 events' })).toBeVisible();
  const csv = await audit.export('CSV');
  expect(csv).toMatch(/^\uFEFF"Number",/);
  expect(csv).toContain(`"'=1+1"`);
  const exported = JSON.parse(await audit.export('JSON')) as { action: string }[];
  expect(exported.map((event) => event.action)).toEqual(['audit.exported', 'audit.exported', 'group.created', 'invitation.made']);
});

test('a trail shows what was done to things of one kind, to one of them, and what of both', async ({ member: page }) => {
  test.setTimeout(120_000);
  const datasets = new DatasetsPage(page);
  for (const name of ['House rules', 'Field notes']) await datasets.create(name);
  await new PromptsPage(page).create('Caretaker', 'House rules');
  const audit = new AuditPage(page);
  const target = page.getByLabel('Target', { exact: true });
  const nothing = page.getByText('Nothing that was recorded fits these filters.');
  const choose = async (kind: string) => {
    await target.selectOption({ label: kind });
    await audit.filter();
  };
  await audit.open();
  await expect(audit.table.getByRole('row')).toHaveCount(4);
  await choose('Dataset');
  await expect(page).toHaveURL(/target=Dataset/);
  await expect(audit.table.getByRole('row')).toHaveCount(3);
  await expect(audit.row('made the dataset “House rules”')).toBeVisible();
  await expect(audit.row('made the dataset “Field notes”')).toBeVisible();
  await choose('API key');
  await expect(nothing).toBeVisible();
  await expectAccessible(page);
  await choose('Prompt');
  await expect(audit.row('made the prompt “Caretaker”')).toBeVisible();
  await expect(audit.table.getByRole('row')).toHaveCount(2);
  const exported = JSON.parse(await audit.export('JSON')) as { action: string }[];
  expect(exported.map((event) => event.action)).toEqual(['prompt.created']);
  // The address alone says it, too.
  await page.reload();
  await hydrated(page);
  await expect(target).toHaveValue('Prompt');
  await expect(audit.table.getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: 'Clear' }).click();
  await expect(target).toHaveValue('');

  const rules = audit.row('made the dataset “House rules”');
  await rules.locator('summary').click();
  await rules.getByRole('link', { name: 'Everything done to this' }).click();
  const about = page.getByText('Only what was done to “House rules”.');
  await expect(about).toBeVisible();
  await expect(audit.table.getByRole('row')).toHaveCount(2);
  await choose('Dataset');
  await expect(page).toHaveURL(/target=Dataset.*about=|about=.*target=Dataset/);
  await expect(about).toBeVisible();
  await expect(audit.table.getByRole('row')).toHaveCount(2);
  await choose('Prompt');
  await expect(nothing).toBeVisible();
  await page.getByRole('link', { name: 'Show what was done to anything' }).click();
  await expect(audit.row('made the prompt “Caretaker”')).toBeVisible();
  await expect(audit.table.getByRole('row')).toHaveCount(2);
});

test('an answer tells which model it came from and that no document went there', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await page.goto('/chat');
  await hydrated(page);
  await chat.ask('Where is the spare key?');
  await expect(chat.answer).toHaveAttribute('data-status', 'Success', { timeout: 30_000 });
  const audit = new AuditPage(page);
  await audit.open('/team/audit?action=chat');
  await expect(audit.row('without documents')).toContainText('Ada Lovelace asked a model (extractive · ');
  await expect(audit.table).not.toContainText('spare key');
});

test('the administrator sees all teams and the installation', async ({ administrator: page, browser, baseURL }) => {
  const audit = new AuditPage(page);
  await page.goto('/admin/models');
  await hydrated(page);
  await page.getByRole('link', { name: 'Audit trail' }).click();
  await expect(audit.table.getByRole('columnheader')).toHaveText(['When (UTC)', 'What', 'Team', 'From']);
  await expect(audit.row('made an account').first()).toContainText('Installation');
  await page.getByRole('button', { name: 'Verify chain' }).click();
  await expect(page.getByRole('status').filter({ hasText: /whole/ })).toBeVisible();
  const stranger = await browser.newPage({ baseURL });
  await stranger.goto('/admin/audit');
  await expect(stranger).toHaveURL(/sign-in/);
  await stranger.close();
});
