// Making a second administrator, who suspends somebody: they are out, and come in again once they are reinstated. And deleting the account
// of somebody who is gone, which can be called off.
import { PeoplePage } from '../pages/PeoplePage';
import { ageSessions } from '../support/database';
import { hydrated, PASSWORD, signIn, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

// A refused sign-in is answered with 422, which the console reports.
test.use({ forgiven: ['422'] });

test.describe('with a second administrator', () => {
  // So is a screen with 404 that is not for whoever opens it.
  test.use({ forgiven: ['422', '404'] });
  test('a second administrator suspends somebody, who is out until they are reinstated', async ({ administrator, browser, baseURL }) => {
    test.setTimeout(120_000);
    const [gracesPage, evesPage] = [await browser.newPage({ baseURL }), await browser.newPage({ baseURL })];
    const grace = await signUp(gracesPage, 'Katherine');
    const eve = await signUp(evesPage, 'Dorothy');

    const people = new PeoplePage(administrator);
    await people.open();
    await expect(administrator.getByRole('heading', { name: 'People', level: 1 })).toBeVisible();
    await expect(administrator.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'People' })).toHaveAttribute('aria-current', 'page');
    await people.find(grace);
    await people.choose(grace, 'Make administrator');
    await expect(people.dialog).toContainText('They can do everything here that you can');
    await expectAccessible(administrator);
    await people.agree('Make administrator');
    await expect(administrator.getByText('Katherine Lovelace is an administrator now.')).toBeVisible();
    await expect(people.row(grace)).toContainText('Administrator');
    await expectAccessible(administrator);

    const graces = new PeoplePage(gracesPage);
    await graces.open();
    await expect(await graces.find(grace)).toContainText('You');
    await expect(graces.row(grace).getByRole('button')).toHaveCount(0);
    await graces.find(eve);
    await graces.choose(eve, 'Suspend');
    await expect(graces.dialog).toContainText('They are signed out everywhere within seconds');
    await graces.agree('Suspend person');
    await expect(graces.row(eve)).toContainText('Suspended');

    await evesPage.goto('/datasets');
    await expect(evesPage).toHaveURL(/sign-in/);
    await hydrated(evesPage);
    await evesPage.getByLabel('Email').fill(eve);
    await evesPage.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await evesPage.getByRole('button', { name: 'Sign in' }).click();
    await expect(evesPage.getByText('The email address or the password is not right.')).toBeVisible();

    await graces.choose(eve, 'Reinstate');
    await graces.agree('Reinstate person');
    await expect(graces.row(eve)).not.toContainText('Suspended');
    await signIn(evesPage, eve);

    await people.choose(grace, 'Take administration away');
    await people.agree('Take administration away');
    await expect(people.row(grace)).not.toContainText('Administrator');
    const gone = await gracesPage.goto('/admin/people');
    expect(gone?.status()).toBe(404);
    await gracesPage.close();
    await evesPage.close();
  });
});

test('an administrator deletes the account of somebody who is gone, and keeps it after all', async ({ administrator, browser, baseURL }) => {
  test.setTimeout(90_000);
  const gracesPage = await browser.newPage({ baseURL });
  const grace = await signUp(gracesPage, 'Katherine');
  const people = new PeoplePage(administrator);
  await people.open();
  await people.find(grace);
  await people.choose(grace, 'Delete account');
  await expect(people.dialog).toContainText('They are signed out everywhere within seconds');
  await expect(people.dialog).toContainText('Teams that nobody else is in go with everything in them: Katherine’s team.');
  await expect(people.dialog.getByLabel('Their email address')).toBeFocused();
  await expectAccessible(administrator);
  await administrator.keyboard.type('somebody.else@example.org');
  await administrator.keyboard.press('Enter');
  await expect(people.dialog.getByText('This is not the address of this account.')).toBeVisible();
  await people.dialog.getByLabel('Their email address').fill(grace);
  await people.agree('Delete account');
  await expect(administrator.getByText('The account of Katherine Lovelace goes in 14 days.')).toBeVisible();
  await expect(people.row(grace)).toContainText(/Leaves on \d+ \w+ \d{4}/);
  await expectAccessible(administrator);
  await gracesPage.goto('/datasets');
  await expect(gracesPage).toHaveURL(/sign-in/);

  await people.choose(grace, 'Keep account');
  await expect(people.dialog).toContainText('It stays with everything in it.');
  await people.agree('Keep account');
  await expect(administrator.getByText('The account of Katherine Lovelace stays.')).toBeVisible();
  await expect(people.row(grace)).not.toContainText('Leaves on');
  await signIn(gracesPage, grace);
  await gracesPage.close();
});

test('who is looked for and not there is said to be nobody', async ({ administrator }) => {
  const people = new PeoplePage(administrator);
  await people.open();
  await administrator.getByLabel('Search people').fill('nobody has this name');
  await expect(administrator.getByText('Nobody’s name or address holds these words.')).toBeVisible();
  await expect(people.table).toHaveCount(0);
  await expectAccessible(administrator);
  await administrator.getByLabel('Search people').fill('administrator@example.org');
  await expect(people.row('administrator@example.org')).toContainText('You');
});

test.describe('in a session that is older than ten minutes', () => {
  test.skip(!process.env.LYCEUM_POSTGRES_DIR, 'LYCEUM_POSTGRES_DIR is not set');
  // What has to be confirmed first is answered with 403, a wrong password with 422; the console reports both.
  test.use({ forgiven: ['403', '422'] });

  test('an administrator confirms who they are before somebody is suspended', async ({ administrator, page, browser, baseURL }) => {
    test.setTimeout(120_000);
    const others = await browser.newPage({ baseURL });
    const [grace, eve] = [await signUp(page, 'Katherine'), await signUp(others, 'Dorothy')];
    await others.close();
    const people = new PeoplePage(administrator);
    await people.open();
    await people.find(grace);
    await people.choose(grace, 'Make administrator');
    await people.agree('Make administrator');
    await expect(people.row(grace)).toContainText('Administrator');

    const graces = new PeoplePage(page);
    await graces.open();
    await graces.find(eve);
    ageSessions(grace, 11);
    await graces.choose(eve, 'Suspend');
    await graces.agree('Suspend person');
    const confirming = page.getByRole('dialog', { name: 'Confirm it’s you' });
    await expect(confirming.getByLabel('Your password')).toBeFocused();
    await expectAccessible(page);
    await page.keyboard.type('something else entirely 1');
    await page.keyboard.press('Enter');
    await expect(confirming.getByText('This is not your present password.')).toBeVisible();
    await expect(graces.row(eve)).not.toContainText('Suspended');
    await confirming.getByLabel('Your password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await expect(page.getByText('Dorothy Lovelace is suspended.')).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(graces.row(eve)).toContainText('Suspended');

    await people.choose(grace, 'Take administration away');
    await people.agree('Take administration away');
    await expect(people.row(grace)).not.toContainText('Administrator');
  });
});
