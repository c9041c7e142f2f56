// The main job, end to end: sign up, upload a document, build a prompt over it, ask, and open the page that holds the answer.
import { expect, expectAccessible, test } from '../support/test';
import { handbook } from '../support/documents';
import { makeDocx } from '../support/docx';
import { hydrated } from '../support/people';
import { AuditPage } from '../pages/AuditPage';
import { ChatPage } from '../pages/ChatPage';
import { DatasetsPage } from '../pages/DatasetsPage';
import { PromptsPage } from '../pages/PromptsPage';

const SENTENCE = 'The caretaker keeps the spare key of the observatory in the blue cabinet.';

test('an answer over a long PDF cites the page that holds it', async ({ member: page }) => {
  test.setTimeout(180_000);

  await page.goto('/datasets');
  await hydrated(page);
  await page.getByRole('button', { name: 'New dataset' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('House rules');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.waitForURL(/\/datasets\/[0-9a-f-]{36}/);

  await page.getByLabel('Upload documents').setInputFiles({ name: 'handbook.pdf', mimeType: 'application/pdf', buffer: handbook(60, 47, SENTENCE) });
  const row = page.getByRole('table', { name: 'Documents' }).getByRole('row', { name: /handbook\.pdf/ });
  await expect(row).toContainText('Ready', { timeout: 120_000 });

  await page.goto('/prompts/new');
  await hydrated(page);
  await page.getByRole('textbox', { name: 'Name' }).fill('Caretaker');
  await page.getByLabel('Instructions').fill('Answer from the house rules.');
  await page.getByRole('group', { name: 'Datasets' }).getByLabel('House rules').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/prompts\/[0-9a-f-]{36}/);

  const prompt = page.url().split('/').pop();
  await page.goto(`/chat?prompt=${prompt}`);
  await hydrated(page);
  await page.getByRole('textbox', { name: 'Message' }).fill('Where is the spare key of the observatory?');
  await page.keyboard.press('Enter');

  const answer = page.locator('article[data-role="assistant"]').last();
  await expect(answer).toHaveAttribute('data-status', 'Success', { timeout: 60_000 });
  await expect(answer).toContainText('blue cabinet');

  await answer.getByRole('button', { name: 'Source 1', exact: true }).first().click();
  const sources = page.getByRole('region', { name: 'Sources' });
  await expect(sources).toContainText('handbook.pdf');
  await expect(sources).toContainText(/page 47/i);
  await expect(sources.locator('mark')).toContainText('blue cabinet');
  await expectAccessible(page);

  // The same page as its file draws it.
  await sources.getByRole('tab', { name: 'Page' }).click();
  const drawn = sources.getByRole('img', { name: 'Page 47 of handbook.pdf' });
  await expect(drawn.locator('canvas')).toBeVisible();
  await expect(drawn.locator('mark').first()).toBeVisible();

  await page.reload();
  await hydrated(page);
  await expect(answer).toContainText('blue cabinet');
  await expect(sources).toHaveCount(0);
  await answer.getByRole('button', { name: 'Source 1', exact: true }).first().click();
  await expect(sources).toContainText(/page 47/i);
  await expect(sources.locator('mark')).toContainText('blue cabinet');

  // Which document went to which model is on record.
  const audit = new AuditPage(page);
  await audit.open('/team/audit?action=chat');
  const told = audit.row('Ada Lovelace asked a model (extractive');
  await told.locator('summary').click();
  await expect(told).toContainText('with “handbook.pdf”');
  await expect(told.getByRole('definition').filter({ hasText: /handbook\.pdf.*47/ })).toBeVisible();
});

test('an answer over a Word file opens the passage it rests on', async ({ member: page }) => {
  test.setTimeout(180_000);
  const datasets = new DatasetsPage(page);
  await datasets.create('Leave');
  const paragraphs = ['Employees have thirty days of annual leave.', 'Requests are made two weeks in advance.'];
  const mimeType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  await datasets.upload({ name: 'leave.docx', mimeType, buffer: makeDocx('Annual leave', paragraphs) });
  await datasets.expectStatus('leave.docx', 'Ready');
  await new PromptsPage(page).create('Personnel', 'Leave');

  const chat = new ChatPage(page);
  await chat.open('Personnel');
  await chat.ask('How many days of annual leave do employees have?');
  await expect(chat.answer).toHaveAttribute('data-status', 'Success', { timeout: 60_000 });
  await expect(chat.answer).toContainText('thirty days');
  await chat.source(1).click();
  await expect(chat.sources).toContainText('leave.docx');
  await expect(chat.sources.locator('mark')).toContainText('thirty days of annual leave');
  await chat.sources.getByRole('button', { name: 'Close sources' }).click();
  await expect(chat.sources).toHaveCount(0);
});
