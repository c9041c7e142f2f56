// Licences on a server of this test's own: what they say, who has a seat, and that nothing is locked in at the end.
import { expect, expectAccessible, test } from '../support/test';
import { freshAddress, hydrated, PASSWORD, signIn, signUp } from '../support/people';
import { LicenceIssuer } from '../support/licence';
import { OwnServer } from '../support/server';
import { LicencesPage } from '../pages/LicencesPage';
import { PeoplePage } from '../pages/PeoplePage';
import { TeamPage } from '../pages/TeamPage';

const issuer = new LicenceIssuer();
const server = new OwnServer();
const DAY = 24 * 3600 * 1000;

test.describe.configure({ mode: 'default', timeout: 240_000 });
// Licences that are none, a full installation, and what is read-only at the end are answered with these, which the console reports.
test.use({ forgiven: ['422', '409', '403'] });

test.beforeAll(async () => {
  // Without mail, so that accounts are made at once on this database too.
  await server.start('', { LYCEUM_LICENCE_KEY: issuer.key, LYCEUM_SIGN_UP: 'open', LYCEUM_SMTP_URL: '' }, `lyceum_licences_${process.pid}`);
});

test.afterAll(async () => {
  await server.stop();
});

test('a licence is installed, seats people, warns, ends and is replaced', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await signUp(page, 'Grace', 'root@example.org');
  const licences = new LicencesPage(page);
  await licences.open();
  await expect(page.getByRole('main')).toContainText('There is no licence: everything is included');
  await expect(licences.seats).toHaveCount(0);
  await expectAccessible(page);

  // What is wrong with a file is said under the field.
  const good = issuer.issue('L-1', 2);
  await licences.send('hello');
  await expect(page.getByText('This is not a Lyceum licence.')).toBeVisible();
  await licences.send(good.slice(0, -40));
  await expect(page.getByText('The licence is cut off')).toBeVisible();
  await licences.send(new LicenceIssuer().issue('L-1', 2));
  await expect(page.getByText('The licence was signed with the key')).toBeVisible();
  await licences.send(issuer.issue('L-1', 2, -1000));
  await expect(page.getByText('The licence expired on')).toBeVisible();

  // From a file.
  await page.getByLabel('Or take it from a file').setInputFiles({ name: 'licence.txt', mimeType: 'text/plain', buffer: Buffer.from(good) });
  await expect(page.getByLabel('Licence', { exact: true })).toHaveValue(good);
  await page.getByRole('button', { name: 'Install licence' }).click();
  await expect(page.getByText('1 of 2 used, 1 free')).toBeVisible();
  await expect(licences.seatOf('root@example.org')).toContainText('Manages the installation');

  // The next person takes the free seat; the one after that is refused in a sentence.
  const ada = await browser.newContext({ baseURL: server.url });
  const adasPage = await ada.newPage();
  const adas = await signUp(adasPage, 'Ada');
  const eve = await browser.newContext({ baseURL: server.url });
  const evesPage = await eve.newPage();
  await evesPage.goto('/sign-up');
  await hydrated(evesPage);
  await expect(evesPage.getByText('All 2 seats of this installation are taken.')).toBeVisible();
  await evesPage.getByLabel('First name').fill('Eve');
  await evesPage.getByLabel('Email').fill(freshAddress('eve'));
  await evesPage.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await evesPage.getByRole('button', { name: 'Create account' }).click();
  await expect(evesPage.getByRole('main')).toContainText('Ask its administrator to free one');

  await page.reload();
  await hydrated(page);
  await expect(page.getByText('2 of 2 used, 0 free')).toBeVisible();
  await expectAccessible(page);
  for (const column of ['Suspended', 'Last seen (UTC)']) {
    await expect(licences.seats.getByRole('columnheader', { name: column })).toBeVisible();
  }
  await licences.seatOf(adas).getByRole('button', { name: 'Free seat' }).click();
  await expect(page.getByRole('dialog')).toContainText('their API keys open nothing until they have a seat again');
  await page.getByRole('dialog').getByRole('button', { name: 'Free seat' }).click();
  await expect(licences.seatOf(adas).getByRole('button', { name: 'Give seat' })).toBeVisible();
  await adasPage.goto('/datasets');
  await expect(adasPage).toHaveURL(/sign-in/);
  await licences.seatOf(adas).getByRole('button', { name: 'Give seat' }).click();
  await expect(licences.seatOf(adas).getByRole('button', { name: 'Free seat' })).toBeVisible();

  // The same is done where everybody is listed.
  const people = new PeoplePage(page);
  await people.open();
  await people.find(adas);
  await expect(people.row(adas)).toContainText('since');
  await people.choose(adas, 'Free seat');
  await expect(people.dialog).toContainText('their API keys open nothing until they have a seat again');
  await expectAccessible(page);
  await people.agree('Free seat');
  await expect(people.row(adas)).toContainText('none');
  await people.choose(adas, 'Give seat');
  await people.agree('Give seat');
  await expect(people.row(adas)).toContainText('since');
  await licences.open();

  // Thirty days before the end the administrator is warned.
  await licences.install('L-2', issuer.issue('L-2', 5, 20 * DAY));
  await expect(page.getByText('After that everything can be read and exported')).toBeVisible();
  await expectAccessible(page);
  await licences.seatOf(adas).getByRole('button', { name: 'Free seat' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Free seat' }).click();
  await expect(licences.seatOf(adas).getByRole('button', { name: 'Give seat' })).toBeVisible();

  // A team that was deleted by mistake.
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('button', { name: 'New team' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Archive');
  await page.getByRole('button', { name: 'Create team' }).click();
  await page.waitForURL('**/team');
  await page.goto('/team/settings');
  await hydrated(page);
  await page.getByRole('button', { name: 'Delete team…' }).click();
  await page.getByRole('dialog').getByLabel('Team name').fill('Archive');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete team' }).click();
  await page.waitForURL('**/account');
  await licences.open();

  // At the end nothing is changed, everything is read, and the next licence is taken.
  await licences.install('L-3', issuer.issue('L-3', 1, 10_000));
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('Expired: read-only')).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 60_000 });
  await page.goto('/datasets');
  await hydrated(page);
  await expect(page.getByText('Everything can be read and exported, but nothing changed.')).toBeVisible();
  await page.getByRole('button', { name: 'New dataset' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Rules');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('dialog')).toContainText('The licence of this installation has expired');
  // Whoever has no seat comes in too: none is asked for.
  await signIn(adasPage, adas);
  await expect(adasPage.getByText('Everything can be read and exported, but nothing changed.')).toBeVisible();
  // Nor is anything lost.
  await page.goto('/account');
  await hydrated(page);
  await page.getByRole('list', { name: 'Deleted teams' }).getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByRole('list', { name: 'Teams', exact: true }).getByRole('listitem').filter({ hasText: 'Archive' })).toBeVisible();
  await licences.open();
  await licences.install('L-4', issuer.issue('L-4', 5));
  await page.goto('/datasets');
  await hydrated(page);
  await expect(page.getByText('The licence expired on')).toHaveCount(0);
  await page.getByRole('button', { name: 'New dataset' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Rules');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('heading', { name: 'Rules', level: 1 })).toBeVisible();

  // Somebody joins, as whom the owner can view the team. They were signed in, so that the licence has a seat for them.
  const team = new TeamPage(page);
  await team.open();
  const invitation = new URL(await team.invite(adas, 'Viewer'));
  await adasPage.goto(invitation.pathname + invitation.search);
  await hydrated(adasPage);
  await adasPage.getByRole('button', { name: 'Join team' }).click();
  await adasPage.waitForURL('**/chat');
  const viewAs = page.getByRole('menuitem', { name: 'View as' });
  await team.open();
  await team.row(adas).getByRole('button', { name: /^Actions for/ }).click();
  await expect(viewAs).toBeVisible();

  // What a licence does not name is off, and the screens say so in place of their buttons.
  await licences.open();
  await expect(licences.stateOf('API keys')).toHaveText('On');
  await licences.install('L-5', issuer.issue('L-5', 5, 365 * DAY, ['Support', 'Groups']));
  await expect(licences.stateOf('Groups')).toHaveText('On');
  for (const off of ['Identity providers', 'API keys', 'Export of the audit trail', 'View as a member']) {
    await expect(licences.stateOf(off)).toHaveText('Off');
  }
  await expect(page.getByText('The licence also names Support.')).toBeVisible();
  await expectAccessible(page);
  const leftOut = [
    ['/account', 'API keys', page.getByRole('button', { name: 'Create API key…' })],
    ['/admin/sign-in', 'identity providers', page.getByRole('button', { name: 'Add provider' })],
    ['/team/audit', 'exporting the audit trail', page.getByRole('link', { name: 'Export CSV' })],
  ] as const;
  for (const [path, what, control] of leftOut) {
    await page.goto(path);
    await hydrated(page);
    await expect(page.getByText(`The licence of this installation does not include ${what}.`)).toBeVisible();
    await expect(control).toHaveCount(0);
    await expectAccessible(page);
  }
  await team.open();
  await expect(page.getByText('The licence of this installation does not include viewing a team as one of its members.')).toBeVisible();
  await team.row(adas).getByRole('button', { name: /^Actions for/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Suspend' })).toBeVisible();
  await expect(viewAs).toHaveCount(0);
  await expectAccessible(page);
  await page.goto('/team/groups');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'New group' })).toBeVisible();
  await licences.open();
  await licences.install('L-6', issuer.issue('L-6', 5));
  await page.goto('/account');
  await hydrated(page);
  await expect(page.getByRole('button', { name: 'Create API key…' })).toBeVisible();
  for (const each of [context, ada, eve]) await each.close();
});
