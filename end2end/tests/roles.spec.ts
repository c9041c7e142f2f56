// What each role may do: the administrator sees and changes it, owners keep what they need, others find nothing.
import { ChatPage } from '../pages/ChatPage';
import { RolesPage } from '../pages/RolesPage';
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated, signUpInvited } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

test('the matrix shows every role and takes a change', async ({ administrator: page }) => {
  const roles = new RolesPage(page);
  await roles.open();
  await expectAccessible(page);
  await expect(page.getByRole('table', { name: 'Roles and permissions' }).getByRole('columnheader')).toHaveText(
    ['About', 'Permission', 'Viewer', 'Collaborator', 'Team manager', 'Owner']);
  await expect(roles.box('Owner', 'Members, invite, change and remove')).toBeDisabled();
  await expect(page.getByRole('main')).toContainText('Not in use yet');

  // A right that no other test needs of viewers; it is put back.
  const box = roles.box('Viewer', 'Members, see');
  await expect(box).not.toBeChecked();
  await box.check();
  await expect(page.getByText('Viewer may now: members, see.')).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(box).toBeChecked();
  await box.uncheck();
  await expect(page.getByText('Viewer may no longer: members, see.')).toBeVisible();
  await page.reload();
  await expect(box).not.toBeChecked();
});

test('a role that may not choose models is told what answers', async ({ administrator, member, browser, baseURL }) => {
  test.setTimeout(180_000);
  const team = new TeamPage(member);
  await team.open();
  const link = await team.invite(freshAddress('max'), 'Team manager');
  const page = await (await browser.newContext({ baseURL })).newPage();
  await signUpInvited(page, link, 'Max', 'Planck');

  // A right that no other test needs of team managers; it is put back.
  const roles = new RolesPage(administrator);
  await roles.open();
  const box = roles.box('Team manager', 'Models, see and choose');
  await box.uncheck();
  await expect(administrator.getByText('Team manager may no longer: models, see and choose.')).toBeVisible();
  try {
    await page.goto('/prompts/new');
    await hydrated(page);
    await expect(page.getByText('Your role does not choose models, so this stays as it is.')).toBeVisible();
    await expect(page.getByText('The default model', { exact: true })).toBeVisible();
    await expect(page.getByLabel('Model', { exact: true })).toHaveCount(0);
    await expectAccessible(page);
    await page.getByLabel('Name').fill('Porter');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/\/prompts\/[0-9a-f-]{36}/);

    const chat = new ChatPage(page);
    await chat.open('The default model');
    await expect(page.getByRole('button', { name: /^Prompt\b/ })).toContainText('The default model');
    await chat.ask('Who are you?');
    await expect(chat.answer).toHaveAttribute('data-status', 'Success');
  } finally {
    await box.check();
    await expect(administrator.getByText('Team manager may now: models, see and choose.')).toBeVisible();
  }
  await page.context().close();
});

test.describe('for people who do not manage the installation', () => {
  test.use({ forgiven: ['404'] });
  test('there is nothing here', async ({ member: page }) => {
    const response = await page.goto('/admin/roles');
    await hydrated(page);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('table')).toHaveCount(0);
  });
});
