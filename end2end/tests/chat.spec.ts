// Chat in the browser: streaming, reloading, stopping, failing, waiting, on a desk and on a phone.
import { expect, expectAccessible, test } from '../support/test';
import { freshAddress, hydrated, signUpInvited } from '../support/people';
import { Provider } from '../support/provider';
import { ChatPage } from '../pages/ChatPage';
import { PromptsPage } from '../pages/PromptsPage';
import { RolesPage } from '../pages/RolesPage';
import { TeamPage } from '../pages/TeamPage';

const MODEL = 'puppet';
const provider = new Provider();

// One provider at one port: the tests of this file take turns. Each loads the debug build several times, which takes a while on a busy machine.
test.describe.configure({ mode: 'default', timeout: 180_000 });

test.beforeAll(async ({ browser, baseURL }) => {
  await provider.start();
  const { ADMINISTRATOR_STATE } = await import('../support/administrator');
  const context = await browser.newContext({ storageState: ADMINISTRATOR_STATE, baseURL });
  const model = {
    provider: 'Puppeteer', kind: 'OpenAI-compatible', base_url: provider.baseUrl, api_key: '', name: MODEL, model_type: 'LLM', context_size: 8000,
  };
  const added = await context.request.post('/api/models/add', { data: { model }, headers: { origin: baseURL! } });
  // A second run on the same server finds it there.
  expect([200, 409, 422]).toContain(added.status());
  await context.close();
});

test.afterAll(async () => provider.stop());

test('an answer streams in, takes an address of its own and stands in the sidebar', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await expect(page.getByText('What would you like to know?')).toBeVisible();
  await chat.ask('Why is the sky blue?');
  const call = await provider.call();
  expect(call.messages.at(-1)?.content).toBe('Why is the sky blue?');
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}/);
  call.say('Because of ');
  await expect(chat.answer).toContainText('Because of');
  await expect(chat.answer).toHaveAttribute('data-status', 'InProgress');
  call.say('**Rayleigh** scattering.');
  call.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  await expect(chat.answer.locator('strong')).toHaveText('Rayleigh');
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.chats.getByRole('link', { name: 'Why is the sky blue?' })).toBeVisible();
  await expect(chat.chats.getByRole('heading', { name: 'Today' })).toBeVisible();
  await expectAccessible(page);

  await page.reload();
  await expect(chat.answer).toContainText('Rayleigh scattering.');
  await page.getByRole('link', { name: 'New chat' }).first().click();
  await expect(page.getByText('What would you like to know?')).toBeVisible();
  await expect(chat.answers).toHaveCount(0);
});

test('a reload in mid-stream loses nothing', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('Count.');
  const call = await provider.call();
  call.say('One, two, ');
  await expect(chat.answer).toContainText('One, two,');
  await page.reload();
  await hydrated(page);
  await expect(chat.answer).toContainText('One, two,');
  await expect(chat.answer).toHaveAttribute('data-status', 'InProgress');
  call.say('three.');
  call.finish();
  await expect(chat.answer).toContainText('One, two, three.');
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
});

test('stop keeps what was written, and continue goes on from there', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('Tell me everything.');
  const call = await provider.call();
  call.say('In the beginning');
  await expect(chat.answer).toContainText('In the beginning');
  await chat.stop.click();
  await call.hungUp();
  await expect(chat.answer).toHaveAttribute('data-status', 'Cancelled');
  await expect(chat.answer).toContainText('In the beginning');
  await chat.answer.getByRole('button', { name: 'Continue' }).click();
  const more = await provider.call();
  more.say(' was the word.');
  more.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  await expect(chat.answer).toContainText('In the beginning was the word.');
});

test('the language and the style somebody chose are told to the model', async ({ member: page }) => {
  await page.goto('/account');
  await hydrated(page);
  await expect(page.getByText('does not follow it')).toBeVisible();
  await page.getByLabel('Language').selectOption({ label: 'Deutsch' });
  await page.getByLabel('Style').selectOption('Brief');
  await page.getByRole('button', { name: 'Save answers' }).click();
  await expect(page.getByText('Answers are written this way from now on.')).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(page.getByLabel('Language')).toHaveValue('German');
  await expectAccessible(page);
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('Why?');
  const call = await provider.call();
  expect(call.messages[0]).toMatchObject({ role: 'system', content: expect.stringMatching(/Answer in German[^]*Be brief/) });
  call.say('Darum.');
  call.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
});

test('Esc stops an answer unless single-key shortcuts are turned off', async ({ member: page }) => {
  const chat = new ChatPage(page);
  const turn = async (from: boolean) => {
    await page.goto('/account');
    await hydrated(page);
    const single = page.getByRole('switch', { name: 'Single-key shortcuts' });
    await expect(single).toBeChecked({ checked: from });
    await single.click();
    await expect(single).toBeEnabled();
    await expect(single).toBeChecked({ checked: !from });
    await page.reload();
    await hydrated(page);
    await expect(single).toBeChecked({ checked: !from });
  };
  await turn(true);
  await expect(page.getByRole('table', { name: 'Keyboard shortcuts' }).getByRole('row')).toHaveCount(6);
  await expectAccessible(page);
  await chat.open(MODEL);
  await chat.ask('Tell me everything.');
  const call = await provider.call();
  call.say('In the beginning');
  await expect(chat.answer).toContainText('In the beginning');
  await page.keyboard.press('Escape');
  // Chords go on: this one asks for the message field.
  await page.keyboard.press('Shift+Escape');
  await expect(chat.message).toBeFocused();
  call.say(' was the word.');
  call.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');

  await turn(false);
  await chat.open(MODEL);
  await chat.ask('And again?');
  const again = await provider.call();
  again.say('In the');
  await expect(chat.answer).toContainText('In the');
  await page.keyboard.press('Escape');
  await again.hungUp();
  await expect(chat.answer).toHaveAttribute('data-status', 'Cancelled');
});

test('a failing provider is named in a sentence, its text is kept, and retry answers anew', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('Hello?');
  const call = await provider.call();
  call.say('Half an ans');
  call.fail('out of memory');
  await expect(chat.answer).toHaveAttribute('data-status', 'Error');
  await expect(chat.answer).toContainText('Half an ans');
  await expect(chat.answer).toContainText('out of memory');
  await chat.answer.getByRole('button', { name: 'Retry' }).click();
  const again = await provider.call();
  again.say('Hello.');
  again.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  await expect(chat.answer).not.toContainText('Half');
});

test('a question typed meanwhile waits for its turn', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('First?');
  const call = await provider.call();
  call.say('One');
  await expect(chat.answer).toContainText('One');
  await chat.ask('Second?');
  await expect(page.getByText('Sent when this answer is done')).toBeVisible();
  call.finish();
  const next = await provider.call();
  expect(next.messages.at(-1)?.content).toBe('Second?');
  next.say('Two');
  next.finish();
  await expect(chat.answers).toHaveCount(2);
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
});

test('a draft outlives leaving the page', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.message.fill('Half a thought');
  await page.goto('/prompts');
  await page.goto('/chat');
  await hydrated(page);
  await expect(chat.message).toHaveValue('Half a thought');
});

test('a chat is renamed and deleted from the sidebar', async ({ member: page }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('What is this?');
  const call = await provider.call();
  call.say('A test.');
  // The menu that is open stays so when the list learns of the end.
  await expect(chat.chats.getByText('An answer is being written')).toHaveCount(1);
  await chat.chats.getByRole('button', { name: 'Options for What is this?' }).click();
  call.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  await expect(chat.chats.getByText('An answer is being written')).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('dialog').getByLabel('Title').fill('Renamed');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await expect(chat.chats.getByRole('link', { name: 'Renamed' })).toBeVisible();
  await chat.chats.getByRole('button', { name: 'Options for Renamed' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete chat' }).click();
  await expect(chat.chats.getByRole('link', { name: 'Renamed' })).toHaveCount(0);
  await expect(page).toHaveURL(/\/chat$/);
  await expect(page.getByText('What would you like to know?')).toBeVisible();
});

test('a role that may read chats and not ask is offered no questions and sends none', async ({ administrator, member, browser, baseURL }) => {
  const prompts = new PromptsPage(member);
  await prompts.openNew();
  await member.getByLabel('Name').fill('Caretaker');
  await member.getByLabel('Description').fill('Knows the house.');
  await member.getByLabel('Visibility').selectOption({ label: 'Your team' });
  await member.getByLabel('Example question 1').fill('Where is the key?');
  await prompts.save();
  await member.waitForURL(/\/prompts\/[0-9a-f-]{36}/);
  const team = new TeamPage(member);
  await team.open();
  const link = await team.invite(freshAddress('grace'), 'Collaborator');
  const page = await (await browser.newContext({ baseURL })).newPage();
  await signUpInvited(page, link);
  const chat = new ChatPage(page);
  const examples = page.getByRole('list', { name: 'Example questions' });
  await chat.open('Caretaker');
  await expect(examples.getByRole('button', { name: 'Where is the key?' })).toBeVisible();
  await chat.message.fill('Half a thought');
  await expect(chat.send).toBeEnabled();

  // A right that no other test needs of collaborators; it is put back.
  const roles = new RolesPage(administrator);
  await roles.open();
  const box = roles.box('Collaborator', 'Chats, ask and delete in one’s own');
  await box.uncheck();
  await expect(administrator.getByText('Collaborator may no longer: chats, ask and delete in one’s own.')).toBeVisible();
  try {
    await chat.open('Caretaker');
    await expect(page.getByText('Your role in this team may read chats, not write.')).toBeVisible();
    await expect(page.getByText('Knows the house.')).toBeVisible();
    await expect(chat.message).toHaveValue('Half a thought');
    await expect(chat.message).toBeDisabled();
    await expect(chat.send).toBeDisabled();
    await expect(examples).toHaveCount(0);
    await expectAccessible(page);
  } finally {
    await box.check();
    await expect(administrator.getByText('Collaborator may now: chats, ask and delete in one’s own.')).toBeVisible();
  }
  await page.context().close();
});

test('chatting works at 375 px', async ({ member: page }) => {
  await page.setViewportSize({ width: 375, height: 812 });
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('A rather long question that has to break into several lines on a small screen, does it not?');
  const call = await provider.call();
  call.say('```\n' + 'x'.repeat(200) + '\n```\n\n| a | b |\n|---|---|\n| one | two |\n');
  call.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  await expect(chat.message).toBeInViewport();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await expectAccessible(page);
});

test('reading a chat works without JavaScript', async ({ member: page, browser, baseURL }) => {
  const chat = new ChatPage(page);
  await chat.open(MODEL);
  await chat.ask('Is anybody there?');
  const call = await provider.call();
  call.say('Yes, in plain HTML.');
  call.finish();
  await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  const plain = await browser.newContext({ javaScriptEnabled: false, baseURL, storageState: await page.context().storageState() });
  const reader = await plain.newPage();
  await reader.goto(page.url());
  await expect(reader.locator('article[data-role="user"]')).toContainText('Is anybody there?');
  await expect(reader.locator('article[data-role="assistant"]')).toContainText('Yes, in plain HTML.');
  await plain.close();
});

test.describe('with a foreign address', () => {
  test.use({ forgiven: ['404'] });
  test('a chat that is not mine is not there', async ({ member: page }) => {
    const response = await page.goto('/chat/01900000-0000-7000-8000-00000000dead');
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('main')).toContainText(/nothing here/i);
  });
});
