// Datasets: real files on their way to being searchable, those that fail, and what can be done about them.
import { DatasetsPage } from '../pages/DatasetsPage';
import { handbook } from '../support/documents';
import { makeDocx } from '../support/docx';
import { hydrated } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

const KEY = 'The caretaker keeps the spare key of the observatory in the blue cabinet.';
const pdf = { name: 'handbook.pdf', mimeType: 'application/pdf', buffer: handbook(12, 7, KEY) };
const docx = {
  name: 'leave.docx',
  mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  buffer: makeDocx('Annual leave', ['Employees have thirty days of annual leave.', 'Requests are made two weeks in advance.']),
};

test('a PDF and a Word file become searchable, and a question finds its page', async ({ member: page }) => {
  test.setTimeout(180_000);
  const datasets = new DatasetsPage(page);
  await datasets.open();
  await expect(page.getByText('There are no datasets yet.')).toBeVisible();
  await expectAccessible(page);
  await datasets.create('House rules');
  await expect(page.getByText('There are no documents yet.')).toBeVisible();
  await expectAccessible(page);

  await datasets.upload(pdf, docx);
  await datasets.expectStatus('handbook.pdf', 'Ready');
  await datasets.expectStatus('leave.docx', 'Ready');
  await expect(datasets.row('handbook.pdf').getByRole('cell').nth(2)).toHaveText('12');
  await expectAccessible(page);

  await datasets.search('Where is the spare key of the observatory?');
  const first = page.getByRole('region', { name: 'Passages found' }).getByRole('listitem').first();
  await expect(first).toContainText('handbook.pdf, page 7');
  await expect(first.locator('mark').filter({ hasText: 'observatory' })).toBeVisible();
  for (const way of ['By words', 'By meaning']) {
    await expect(first.locator('dl > div').filter({ hasText: way }).locator('dd'), way).toHaveText(/^\d+\.$/);
  }
  await expectAccessible(page);
  await datasets.search('How many days of leave are there?');
  await expect(first).toContainText('thirty days');
});

test('files that cannot be taken say why, and the others go on', async ({ member: page }) => {
  test.setTimeout(180_000);
  const datasets = new DatasetsPage(page);
  await datasets.create('Mixed');
  await datasets.upload(
    { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    { name: 'picture.pdf', mimeType: 'application/pdf', buffer: Buffer.from('not a PDF at all') },
    { name: 'cut.pdf', mimeType: 'application/pdf', buffer: pdf.buffer.subarray(0, 300) },
    { name: 'good.txt', mimeType: 'text/plain', buffer: Buffer.from('A good file about zebras.') },
  );
  const uploads = page.getByRole('list', { name: 'Uploads' });
  await expect(uploads).toContainText('“empty.txt” is empty');
  await expect(uploads).toContainText('“picture.pdf” is named like a PDF but its content is plain text');
  await uploads.getByRole('button', { name: 'Dismiss empty.txt' }).click();
  await expect(uploads).not.toContainText('empty.txt');

  await datasets.expectStatus('good.txt', 'Ready');
  await datasets.expectStatus('cut.pdf', 'Failed');
  await expect(datasets.row('cut.pdf')).toContainText('“cut.pdf” is damaged or incomplete');
  await expectAccessible(page);
  const retried = page.waitForResponse('**/api/datasets/retry-document');
  await datasets.row('cut.pdf').getByRole('button', { name: 'Retry' }).click();
  expect((await retried).ok()).toBe(true);
  await datasets.expectStatus('cut.pdf', 'Failed');

  await datasets.row('cut.pdf').getByRole('button', { name: 'Delete cut.pdf' }).click();
  await page.getByRole('button', { name: 'Delete document' }).click();
  await expect(datasets.row('cut.pdf')).toHaveCount(0);
  await expect(datasets.row('good.txt')).toHaveCount(1);
});

test('a file that is dropped is uploaded', async ({ member: page }) => {
  const datasets = new DatasetsPage(page);
  await datasets.create('Dropped');
  await datasets.drop({ name: 'dropped.txt', mimeType: 'text/plain', buffer: Buffer.from('A dropped file about zebras.') });
  await datasets.expectStatus('dropped.txt', 'Ready');
});

test('work goes on while the page is left, and the original comes back as it was', async ({ member: page }) => {
  test.setTimeout(180_000);
  const datasets = new DatasetsPage(page);
  await datasets.create('Left alone');
  const address = page.url();
  await datasets.upload(pdf);
  await expect(datasets.row('handbook.pdf')).toHaveCount(1);
  await page.goto('/datasets');
  await hydrated(page);
  await page.getByRole('link', { name: 'Left alone' }).click();
  await page.waitForURL(address);
  await datasets.expectStatus('handbook.pdf', 'Ready');

  const [download] = await Promise.all([page.waitForEvent('download'), datasets.row('handbook.pdf').getByRole('link').click()]);
  expect(download.suggestedFilename()).toBe('handbook.pdf');
});

test('a dataset is renamed, narrowed and deleted', async ({ member: page }) => {
  const datasets = new DatasetsPage(page);
  await datasets.create('First name');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel('Name').fill('Second name');
  await page.getByLabel('Visibility').selectOption('Private');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Second name' })).toBeVisible();
  await expect(page.getByText('Only you', { exact: true }).first()).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Delete dataset…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete dataset', exact: true }).click();
  await page.waitForURL('**/datasets');
  await expect(page.getByText('There are no datasets yet.')).toBeVisible();
});

test('the screens fit a phone', async ({ member: page }) => {
  await page.setViewportSize({ width: 375, height: 800 });
  const datasets = new DatasetsPage(page);
  await datasets.create('On the phone');
  await datasets.upload({ name: 'a rather long file name, as people make them, of meeting minutes 2026.txt', mimeType: 'text/plain', buffer: Buffer.from('Minutes.') });
  await datasets.expectStatus('a rather long file name', 'Ready');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, 'nothing sticks out').toBeLessThanOrEqual(0);
  await expectAccessible(page);
});
