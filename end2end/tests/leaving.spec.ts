// Several teams: going on in another by the account menu, being back there after signing in again, and leaving one.
import type { Page } from '@playwright/test';
import { DatasetsPage } from '../pages/DatasetsPage';
import { TeamPage } from '../pages/TeamPage';
import { hydrated, signIn, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

/** Somebody with an account joins a team by the link of an invitation, and ends on its chat. */
async function join(page: Page, link: string): Promise<void> {
  const { pathname, search } = new URL(link);
  await page.goto(pathname + search);
  await hydrated(page);
  await page.getByRole('button', { name: 'Join team' }).click();
  await page.waitForURL('**/chat');
  await hydrated(page);
}

test('somebody in two teams switches by the menu, is back there after signing in, and leaves one', async ({ member, browser, baseURL }) => {
  test.setTimeout(180_000);
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  const email = await signUp(page, 'Katherine');
  const team = new TeamPage(member);
  await team.open();
  await join(page, await team.invite(email, 'Collaborator'));

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

test('the last owner is told why they stay; once another owns the team they leave it, and the menu lists the others', async ({ member: page, browser, baseURL }) => {
  test.setTimeout(180_000);
  const joining = await browser.newPage({ baseURL });
  const email = await signUp(joining, 'Katherine');
  const team = new TeamPage(page);
  await team.open();
  await join(joining, await team.invite(email, 'Collaborator'));
  await joining.close();

  const menu = page.getByRole('button', { name: 'Account menu' });
  const row = page.getByRole('list', { name: 'Teams', exact: true }).getByRole('listitem').filter({ hasText: 'Ada’s team' });
  const dialog = page.getByRole('dialog', { name: 'Leave “Ada’s team”?' });
  const leave = dialog.getByRole('button', { name: 'Leave team' });
  const ask = async () => {
    await page.goto('/account');
    await hydrated(page);
    await row.getByRole('button', { name: 'Leave' }).click();
  };
  await ask();
  await expect(dialog).toContainText('A team needs an owner. Make somebody else an owner first.');
  await expect(leave).toHaveCount(0);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await team.open();
  await team.choose(email, 'Hand over ownership');
  await page.getByRole('dialog').getByRole('button', { name: 'Hand over ownership' }).click();
  await expect(team.row(email)).toContainText('Owner');

  // Two more, so that the menu still lists several; she goes on in the second.
  const others = [`Legal ${process.pid} ${Date.now()}`, `Sales ${process.pid} ${Date.now()}`];
  for (const name of others) {
    await page.goto('/account');
    await hydrated(page);
    await page.getByRole('button', { name: 'New team' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Create team' }).click();
    await page.waitForURL('**/team');
    await hydrated(page);
  }
  const listed = async () => {
    await menu.click();
    await page.getByRole('menuitem', { name: 'Account', exact: true }).waitFor();
    const names = await page.getByRole('menuitem', { name: /^(Ada|Legal|Sales)/ }).allTextContents();
    await page.keyboard.press('Escape');
    return names.map((name) => name.trim()).sort();
  };
  expect(await listed()).toEqual(['Ada’s team', ...others]);
  await ask();
  await expect(dialog).toContainText('You have no private prompts or datasets and no chats in this team.');
  await expect(dialog).toContainText('You come back only when somebody invites you.');
  await leave.click();
  await expect(page.getByText('You are no longer in “Ada’s team”.')).toBeVisible();
  await expect(dialog).toHaveCount(0);
  await expect(row).toHaveCount(0);
  await expect(menu).toContainText(others[1]);
  await expect.poll(listed).toEqual(others);
});
