// What a right decides, seen by somebody whose role has just that one taken away: where it leads is not shown, and refused to whoever goes
// there by the address. On a server of these tests' own: what a role may do holds in all teams of an installation.
import type { Browser, BrowserContext, Locator, Page } from '@playwright/test';
import { RolesPage } from '../pages/RolesPage';
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated, PASSWORD, signUp, signUpInvited } from '../support/people';
import { OwnServer } from '../support/server';
import { expect, expectAccessible, test } from '../support/test';

const ROLE = 'Team manager';
const REFUSAL = 'Your role in this team does not allow that.';
const KEY = 'Nightly import';
/** An id that nothing has. */
const NOTHING = '01900000-0000-7000-8000-00000000dead';

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

const server = new OwnServer();
/** The administrator, who owns a team, and Max, who manages it. */
let root: State;
let max: State;
/** The id of a key of the administrator's. */
let key: string;

test.describe.configure({ mode: 'default', timeout: 300_000 });
// What is refused is answered with 403, which the console reports of screens.
test.use({ forgiven: ['403'] });

/** What a program is answered that calls with the page's session. */
function call(page: Page, endpoint: string, data: object): ReturnType<Page['request']['post']> {
  return page.request.post(`${server.url}/api/${endpoint}`, { data, headers: { origin: server.url } });
}

test.beforeAll(async ({ browser }) => {
  // Without mail, so that accounts are made at once on this database too.
  await server.start('', { LYCEUM_SIGN_UP: 'open', LYCEUM_SMTP_URL: '' }, `lyceum_permissions_${process.pid}`);
  const owning = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signUp(owning, 'Grace', 'root@example.org');
  const made = await call(owning, 'api-keys/create', { key: { name: KEY, scopes: ['read'], days: 30 }, password: PASSWORD });
  expect(made.status(), await made.text()).toBe(200);
  key = ((await made.json()) as { summary: { id: string } }).summary.id;
  const team = new TeamPage(owning);
  await team.open();
  const managing = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signUpInvited(managing, await team.invite(freshAddress('max'), ROLE), 'Max', 'Planck');
  [root, max] = [await owning.context().storageState(), await managing.context().storageState()];
  await owning.close();
  await managing.close();
});

test.afterAll(async () => server.stop());

/** The matrix as the administrator has it before them, and a page of Max. */
async function arrange(browser: Browser): Promise<{ roles: RolesPage; page: Page }> {
  const administrator = await (await browser.newContext({ baseURL: server.url, storageState: root })).newPage();
  const page = await (await browser.newContext({ baseURL: server.url, storageState: max })).newPage();
  const roles = new RolesPage(administrator);
  await roles.open();
  return { roles, page };
}

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await hydrated(page);
}

const section = (name: string) => (page: Page) => page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name, exact: true });
const ofTeam = (name: string) => (page: Page) => page.getByRole('navigation', { name: 'Team', exact: true }).getByRole('link', { name, exact: true });
const button = (name: string) => (page: Page) => page.getByRole('button', { name });

type Row = {
  /** The right, as the matrix words it. */
  right: string;
  /** The screen it decides about, or on. */
  address: string;
  /** What is there with the right alone. */
  shown: (page: Page) => Locator;
  /** What says no without it: the screen itself unless another is named, or a call. */
  refused?: string | { endpoint: string; data: object; status?: number };
};

/** Every right of the matrix, in its order. */
const rows = (): Row[] => [
  { right: 'Prompts, see and use', address: '/prompts', shown: section('Prompts') },
  { right: 'Prompts, make and change', address: '/prompts', shown: button('New prompt'), refused: '/prompts/new' },
  { right: 'Datasets, see and search', address: '/datasets', shown: section('Datasets') },
  {
    right: 'Datasets, make, change and upload', address: '/datasets', shown: button('New dataset'),
    refused: { endpoint: 'datasets/create', data: { dataset: { name: 'One', description: '', visibility: 'Private', embedding_model_id: null } } },
  },
  { right: 'Chats, read one’s own', address: '/chat', shown: section('Chats') },
  {
    right: 'Chats, ask and delete in one’s own', address: '/chat',
    shown: (page) => page.getByRole('textbox', { name: 'Message', disabled: false }),
    refused: { endpoint: 'chat/stop', data: { generation_id: NOTHING } },
  },
  {
    right: 'Models, see and choose', address: '/prompts/new', shown: (page) => page.getByRole('combobox', { name: 'Model' }),
    refused: { endpoint: 'models/list', data: { model_type: null } },
  },
  { right: 'Members, see', address: '/team', shown: ofTeam('Members') },
  {
    right: 'Members, invite, change and remove', address: '/team', shown: button('Invite member'),
    refused: { endpoint: 'team/create-group', data: { name: 'Readers' } },
  },
  { right: 'Team, rename, set up and delete', address: '/team/settings', shown: ofTeam('Settings') },
  { right: 'Audit trail, read', address: '/team/audit', shown: ofTeam('Audit trail') },
  {
    right: 'Audit trail, export and check', address: '/team/audit', shown: button('Verify chain'),
    refused: { endpoint: 'audit/verify', data: { scope: 'team' } },
  },
  {
    right: 'API keys, see those of others', address: '/team', shown: (page) => page.getByRole('table', { name: 'API keys of the team' }),
    refused: { endpoint: 'api-keys/list-team', data: {} },
  },
  // Somebody else's key does not exist for those who may not take it back.
  {
    right: 'API keys, revoke those of others', address: '/team', shown: button(`Actions for ${KEY}`),
    refused: { endpoint: 'api-keys/revoke', data: { id: key }, status: 404 },
  },
];

/** Max is refused, in a sentence where there is a screen. */
async function expectRefusal(page: Page, { address, refused = address }: Row): Promise<void> {
  if (typeof refused === 'object') {
    expect((await call(page, refused.endpoint, refused.data)).status()).toBe(refused.status ?? 403);
    return;
  }
  if (refused !== address) await open(page, refused);
  await expect(page.getByRole('main')).toContainText(REFUSAL);
}

test('whatever a right decides is not shown without it, is refused, and is there again', async ({ browser }) => {
  const { roles, page } = await arrange(browser);
  const ticks = roles.page.getByRole('checkbox', { name: new RegExp(`^${ROLE} may: `) });
  const listed = await ticks.evaluateAll((boxes) => boxes.map((box) => box.getAttribute('aria-label')));
  expect(listed, 'every right of the matrix has its row here').toEqual(rows().map(({ right }) => `${ROLE} may: ${right}`));

  for (const row of rows()) {
    await test.step(row.right, async () => {
      await roles.change(ROLE, row.right, false);
      await open(page, row.address);
      await expect(row.shown(page)).toHaveCount(0);
      await expectRefusal(page, row);
      await roles.change(ROLE, row.right, true);
      await open(page, row.address);
      await expect(row.shown(page)).toBeVisible();
      await expect(page.getByRole('main')).not.toContainText(REFUSAL);
    });
  }
  await roles.page.close();
  await page.close();
});

test('who may make what they may not see is not offered it, and who may read no chats finds all other screens', async ({ browser }) => {
  const { roles, page } = await arrange(browser);
  const main = page.getByRole('main');
  const [dataset, prompt] = [main.getByRole('link', { name: 'Create a dataset' }), main.getByRole('link', { name: 'New prompt' })];
  await open(page, '/chat');
  await expect(dataset).toBeVisible();
  await expect(prompt).toBeVisible();

  await roles.change(ROLE, 'Prompts, see and use', false);
  await open(page, '/chat');
  await expect(dataset).toBeVisible();
  await expect(prompt).toHaveCount(0);
  await open(page, '/prompts');
  await expect(main).toContainText(REFUSAL);
  await expect(button('New prompt')(page)).toHaveCount(0);
  await expectAccessible(page);

  await roles.change(ROLE, 'Datasets, see and search', false);
  await open(page, '/chat');
  await expect(page.getByRole('heading', { name: 'What would you like to know?' })).toBeVisible();
  await expect(dataset).toHaveCount(0);
  await open(page, '/datasets');
  await expect(main).toContainText(REFUSAL);
  await expect(button('New dataset')(page)).toHaveCount(0);

  await roles.change(ROLE, 'Chats, read one’s own', false);
  await open(page, '/chat');
  await expect(main).toContainText(REFUSAL);
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveCount(0);
  await expectAccessible(page);
  const answer = await page.goto('/team');
  expect(answer?.status()).toBe(200);
  await hydrated(page);
  await expect(new TeamPage(page).members).toContainText('Max Planck');
  await expect(page.getByRole('link', { name: 'New chat' })).toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'Chats' })).toHaveCount(0);
  await expect(page.getByText(REFUSAL)).toHaveCount(0);
  await expectAccessible(page);

  await roles.change(ROLE, 'Members, see', false);
  await open(page, '/account');
  await section('Team')(page).click();
  await expect(page).toHaveURL(/\/team\/audit$/);
  await expect(page.getByRole('table', { name: 'Audit trail' })).toBeVisible();
  await page.setViewportSize({ width: 375, height: 812 });
  await expect(page.getByRole('button', { name: 'Open sidebar' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'New chat' })).toHaveCount(0);
  await roles.page.close();
  await page.close();
});
