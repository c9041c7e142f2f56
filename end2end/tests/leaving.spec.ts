// Several teams: going on in another by the account menu, being back there after signing in again, and leaving one.
import { DatasetsPage } from '../pages/DatasetsPage';
import { TeamPage } from '../pages/TeamPage';
import { hydrated, signIn, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

test('somebody in two teams switches by the menu, is back there after signing in, and leaves one', async ({ member, browser, baseURL }) => {
  test.setTimeout(180_000);
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  const email = await signUp(page, 'Katherine');
  const team = new TeamPage(member);
  await team.open();
  const { pathname, search } = new URL(await team.invite(email, 'Collaborator'));
  await page.goto(pathname + search);
  await hydrated(page);
  await page.getByRole('button', { name: 'Join team' }).click();
  await page.waitForURL('**/chat');
  await hydrated(page);

  const menu = page.getByRole('button', { name: 'Account menu' });
  const entry = (name: string) => page.getByRole('menuitem', { name });
  await menu.click();
  await expect(entry('Ada’s team')).toHaveAttribute('aria-current', 'true');
  await expect(entry('Katherine’s team')).not.toHaveAttribute('aria-current');
  await expectAccessible(page);
  await entry('Katherine’s team').click();
  await expect(menu).toContainText('Katherine’s team');
  await hydrated(page);
  await menu.click();
  await entry('Ada’s team').click();
  await expect(menu).toContainText('Ada’s team');
  await hydrated(page);
  await menu.click();
  await entry('Sign out').click();
  await page.waitForURL('**/sign-in');
  await signIn(page, email);
  await expect(menu).toContainText('Ada’s team');

  await new DatasetsPage(page).create('Field notes');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel('Visibility').selectOption({ value: 'Private' });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('It is shared with nobody yet.')).toBeVisible();
  await page.goto('/account');
  await hydrated(page);
  const teams = page.getByRole('list', { name: 'Teams' }).getByRole('listitem');
  await teams.filter({ hasText: 'Ada’s team' }).getByRole('button', { name: 'Leave' }).click();
  const dialog = page.getByRole('dialog', { name: /^Leave “/ });
  await expect(dialog).toContainText('0 private prompts, 1 private dataset and 0 chats of yours go to Ada Lovelace, who owns this team.');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Leave team' }).click();
  await page.waitForURL('**/chat');
  await expect(menu).toContainText('Katherine’s team');
  await hydrated(page);

  // Of one team the menu says nothing, and nobody leaves a team that nobody else is in.
  await menu.click();
  await expect(entry('Account')).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /team$/ })).toHaveCount(0);
  await page.goto('/account');
  await hydrated(page);
  await teams.getByRole('button', { name: 'Leave' }).click();
  await expect(dialog).toContainText('Nobody else is in this team, so you cannot leave it.');
  await expect(dialog.getByRole('button', { name: 'Leave team' })).toHaveCount(0);
  await expectAccessible(page);
  await context.close();

  await team.open();
  await expect(team.row(email)).toHaveCount(0);
  await member.goto('/datasets');
  await hydrated(member);
  await expect(member.getByRole('link', { name: 'Field notes' })).toBeVisible();
});
