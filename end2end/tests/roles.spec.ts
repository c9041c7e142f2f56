// What each role may do: the administrator sees and changes it, owners keep what they need, others find nothing.
import { RolesPage } from '../pages/RolesPage';
import { hydrated } from '../support/people';
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

test.describe('for people who do not manage the installation', () => {
  test.use({ forgiven: ['404'] });
  test('there is nothing here', async ({ member: page }) => {
    const response = await page.goto('/admin/roles');
    await hydrated(page);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('table')).toHaveCount(0);
  });
});
