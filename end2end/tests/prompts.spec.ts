// Prompts: made, changed, found, copied and deleted by the people of a team.
import { expect, expectAccessible, test } from '../support/test';
import { ChatPage } from '../pages/ChatPage';
import { PromptsPage } from '../pages/PromptsPage';

test('a team without prompts is told what they are good for', async ({ member: page }) => {
  const prompts = new PromptsPage(page);
  await prompts.open();
  await expect(page.getByText('There are no prompts yet.')).toBeVisible();
  await page.getByRole('button', { name: 'New prompt' }).click();
  await page.waitForURL('**/prompts/new');
});

test('a prompt keeps everything that was typed', async ({ member: page }) => {
  const prompts = new PromptsPage(page);
  await prompts.openNew();
  await page.getByLabel('Name').fill('Caretaker');
  await page.getByLabel('Description').fill('Knows the house.');
  await page.getByLabel('Instructions').fill('Answer from the house rules.\nBe short.');
  await page.getByLabel('Temperature').fill('0.2');
  await page.getByLabel('Visibility').selectOption({ label: 'Your team' });
  await page.getByLabel('Example question 1').fill('Where is the key?');
  await expectAccessible(page);
  await prompts.save();
  await page.waitForURL(/\/prompts\/[0-9a-f-]{36}/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Caretaker');
  await page.reload();
  await expect(page.getByLabel('Instructions')).toHaveValue('Answer from the house rules.\nBe short.');
  await expect(page.getByLabel('Temperature')).toHaveValue('0.2');
  await expect(page.getByLabel('Example question 1')).toHaveValue('Where is the key?');
});

test('the list finds, copies and deletes', async ({ member: page }) => {
  const prompts = new PromptsPage(page);
  await prompts.create('Contracts');
  await prompts.create('Minutes');
  await prompts.open();
  await page.getByLabel('Search').last().fill('contr');
  await expect(prompts.tile('Minutes')).toHaveCount(0);
  await expect(prompts.tile('Contracts').getByRole('link', { name: 'Start a chat' })).toHaveAttribute('href', /\/chat\?prompt=[0-9a-f-]{36}/);
  await prompts.choose('Contracts', 'Duplicate');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Contracts (copy)');
  await prompts.open();
  await prompts.choose('Contracts (copy)', 'Delete');
  await page.getByRole('button', { name: 'Delete prompt' }).click();
  await expect(prompts.tile('Contracts (copy)')).toHaveCount(0);
  await expect(prompts.tile('Contracts')).toHaveCount(1);
  await expectAccessible(page);
});

test('a prompt is chosen in a new chat, and its example question is asked', async ({ member: page }) => {
  const prompts = new PromptsPage(page);
  await prompts.openNew();
  await page.getByLabel('Name').fill('Caretaker');
  await page.getByLabel('Description').fill('Knows the house.');
  await page.getByLabel('Example question 1').fill('Where is the key?');
  await prompts.save();
  await page.waitForURL(/\/prompts\/[0-9a-f-]{36}/);
  const prompt = page.url().split('/').pop()!;

  const chat = new ChatPage(page);
  await chat.open('Caretaker');
  await expect(page.getByRole('button', { name: /^Prompt\b/ })).toContainText('Caretaker');
  await expect(page.getByText('Knows the house.')).toBeVisible();
  await page.getByRole('list', { name: 'Example questions' }).getByRole('button', { name: 'Where is the key?' }).click();
  await expect(chat.message).toHaveValue('Where is the key?');
  await expect(chat.message).toBeFocused();
  const asked = page.waitForRequest('**/api/chat/ask');
  await page.keyboard.press('Enter');
  expect((await asked).postData()).toContain(prompt);
  await expect(chat.questions).toHaveText(['Where is the key?']);
});

test('a person who leaves with unsaved changes is asked first', async ({ member: page }) => {
  const prompts = new PromptsPage(page);
  await prompts.create('Draft');
  await page.getByLabel('Description').fill('Not saved yet');
  await expect(page.getByText('There are unsaved changes.')).toBeVisible();
  page.once('dialog', (dialog) => dialog.dismiss());
  await page.getByRole('main').getByRole('link', { name: 'Prompts' }).click();
  await expect(page.getByLabel('Description')).toHaveValue('Not saved yet');
  page.once('dialog', (dialog) => dialog.accept());
  await page.getByRole('main').getByRole('link', { name: 'Prompts' }).click();
  await page.waitForURL('**/prompts');
});

test.describe('with fields that are wrong', () => {
  test.use({ forgiven: ['422'] });
  test('each says so in its place, and a taken name too', async ({ member: page }) => {
    const prompts = new PromptsPage(page);
    await prompts.create('Taken');
    await prompts.openNew();
    await page.getByLabel('Temperature').fill('3');
    await page.getByLabel('Max chunks').fill('51');
    await prompts.save();
    await expect(page.getByText('Name cannot be empty.')).toBeVisible();
    await expect(page.getByText('Temperature is a number from 0 to 2.')).toBeVisible();
    await expect(page.getByText('enter a whole number from 0 to 50')).toBeVisible();
    await page.getByLabel('Name').fill('Taken');
    await page.getByLabel('Temperature').fill('1');
    await page.getByLabel('Max chunks').fill('5');
    await prompts.save();
    await expect(page.getByText('This team already has a prompt called “Taken”.')).toBeVisible();
  });
});

test.describe('at an address that is not theirs', () => {
  test.use({ forgiven: ['404'] });
  test('a person finds nothing', async ({ member: page }) => {
    const response = await page.goto('/prompts/01900000-0000-7000-8000-00000000dead');
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('main')).toContainText('Not found');
  });
});
