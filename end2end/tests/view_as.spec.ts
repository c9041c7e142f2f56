// What an owner reads while they see the team as a member does: the member's own chat, its source, the file of it, and a prompt. All of it is told.
import { AuditPage } from '../pages/AuditPage';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { PromptsPage } from '../pages/PromptsPage';
import { TeamPage } from '../pages/TeamPage';
import { handbook } from '../support/documents';
import { freshAddress, hydrated, signUpInvited } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

const SENTENCE = 'The caretaker keeps the spare key of the observatory in the blue cabinet.';
const QUESTION = 'Where is the spare key of the observatory?';

test('an owner who sees the team as a member reads a chat of theirs and its document, and the trail tells of it', async ({ member: page, browser, baseURL }) => {
  test.setTimeout(240_000);
  const team = new TeamPage(page);
  await team.open();
  const link = await team.invite(freshAddress('grace'), 'Collaborator');
  const invited = await browser.newPage({ baseURL });
  await signUpInvited(invited, link);
  const datasets = new DatasetsPage(invited);
  await datasets.create('House rules');
  await datasets.upload({ name: 'handbook.pdf', mimeType: 'application/pdf', buffer: handbook(1, 1, SENTENCE) });
  await datasets.expectStatus('handbook.pdf', 'Ready');
  await new PromptsPage(invited).create('Caretaker', 'House rules');
  const asking = new ChatPage(invited);
  await asking.open('Caretaker');
  await asking.ask(QUESTION);
  await expect(asking.answer).toHaveAttribute('data-status', 'Success', { timeout: 60_000 });
  await invited.close();

  await team.open();
  await team.choose('Grace Hopper', 'View as');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('the chats, private prompts and documents you open are recorded');
  await dialog.getByRole('button', { name: 'View as this member' }).click();
  await page.waitForURL('**/chat');
  await hydrated(page);
  const chat = new ChatPage(page);
  await chat.chats.getByRole('link', { name: /spare key of the observatory/ }).click();
  await expect(chat.answer).toContainText('blue cabinet');
  await chat.source(1).click();
  await expect(chat.sources.locator('mark')).toContainText('blue cabinet');
  await chat.sources.getByRole('tab', { name: 'Page' }).click();
  await expect(chat.sources.getByRole('img', { name: 'Page 1 of handbook.pdf' }).locator('canvas')).toBeVisible();
  const download = page.waitForEvent('download');
  await chat.sources.getByRole('link', { name: 'Download the original' }).click();
  expect(await (await download).failure()).toBeNull();
  expect((await download).suggestedFilename()).toBe('handbook.pdf');
  await expectAccessible(page);
  await chat.sources.getByRole('button', { name: 'Close sources' }).click();
  // The same once more, which is told once.
  await page.reload();
  await hydrated(page);
  await expect(chat.answer).toContainText('blue cabinet');
  const prompts = new PromptsPage(page);
  await prompts.open();
  await prompts.tile('Caretaker').getByRole('link', { name: 'Caretaker', exact: true }).click();
  await expect(page.getByRole('form', { name: 'Prompt' }).getByLabel('Name')).toHaveValue('Caretaker');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.waitForURL('**/team');
  await hydrated(page);
  await expect(page.getByText('You see this team as')).toHaveCount(0);

  const audit = new AuditPage(page);
  await audit.open();
  for (const opened of ['opened a chat', 'opened “handbook.pdf”', 'downloaded “handbook.pdf”', 'opened the prompt “Caretaker”']) {
    const row = audit.row(`Ada Lovelace ${opened} while viewing the team as a member`);
    await expect(row).toHaveCount(1);
    await row.locator('summary').click();
    await expect(row.locator('dl > div').filter({ hasText: 'Seen as' }).getByRole('definition')).toHaveText('Grace Hopper');
  }
  // Who ended it, and from where.
  await expect(audit.row('Ada Lovelace stopped viewing the team as')).toContainText(/Screen · \d/);
});
