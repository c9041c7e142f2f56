// Joining with an account one is signed out of: the invitation waits until one is in. So it does for somebody who is signed in as another.
import { TeamPage } from '../pages/TeamPage';
import { createAccount, freshAddress, hydrated, PASSWORD, signUp } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

/** The path of a link, so that it is opened on the server under test whatever its public address is. */
function pathOf(link: string): string {
  const url = new URL(link);
  return url.pathname + url.search;
}

for (const javaScriptEnabled of [true, false]) {
  test(`somebody who is signed out signs in and joins (${javaScriptEnabled ? 'with' : 'without'} JavaScript)`, async ({ member, browser, baseURL }) => {
    const first = await browser.newPage({ baseURL });
    const email = await signUp(first, 'Katherine');
    await first.close();
    const team = new TeamPage(member);
    await team.open();
    const link = pathOf(await team.invite(email, 'Viewer'));

    const context = await browser.newContext({ baseURL, javaScriptEnabled });
    const joining = await context.newPage();
    await joining.goto(link);
    if (javaScriptEnabled) await hydrated(joining);
    const main = joining.getByRole('main');
    await expect(main).toContainText('You are invited to');
    if (javaScriptEnabled) await expectAccessible(joining);
    await main.getByRole('link', { name: 'Sign in', exact: true }).click();
    await joining.waitForURL(/\/sign-in\?next=/);
    await joining.getByLabel('Email').fill(email);
    await joining.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await main.getByRole('button', { name: 'Sign in', exact: true }).click();
    await joining.waitForURL(/\/sign-up\?invitation=/);
    if (javaScriptEnabled) await hydrated(joining);
    await expect(main).toContainText(`You are signed in as ${email}`);
    await expect(main.getByRole('heading', { name: /^Join / })).toBeVisible();
    await main.getByRole('button', { name: 'Join team' }).click();
    await joining.waitForURL('**/chat');
    await context.close();

    await team.open();
    await expect(team.row(email)).toContainText('Viewer');
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`somebody who is signed in as another signs out and keeps the invitation (${javaScriptEnabled ? 'with' : 'without'} JavaScript)`, async ({ member, browser, baseURL }) => {
    const team = new TeamPage(member);
    await team.open();
    const email = freshAddress('grace');
    const link = pathOf(await team.invite(email, 'Viewer'));
    const state = await browser.newContext({ baseURL });
    const others = await signUp(await state.newPage(), 'Katherine');
    const context = await browser.newContext({ baseURL, javaScriptEnabled, storageState: await state.storageState() });
    await state.close();
    const page = await context.newPage();
    await page.goto(link);
    if (javaScriptEnabled) await hydrated(page);
    const main = page.getByRole('main');
    await expect(main.getByRole('heading', { name: 'Invitation for another address' })).toBeVisible();
    await expect(main).toContainText(`You are signed in as ${others}, and ${email} is invited to`);
    await expect(main.getByRole('button', { name: 'Join team' })).toHaveCount(0);
    await expect(main.getByRole('link', { name: 'Not now' })).toHaveAttribute('href', '/chat');
    if (javaScriptEnabled) {
      await expectAccessible(page);
      // The addresses are longer than a button.
      await page.setViewportSize({ width: 375, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    }
    await main.getByRole('button', { name: `Sign out and go on as ${email}` }).click();
    await expect(main.getByRole('heading', { name: 'Create your account' })).toBeVisible();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(link);
    if (javaScriptEnabled) await hydrated(page);
    await page.getByLabel('First name').fill('Grace');
    await expect(page.getByLabel('Email')).toHaveValue(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await createAccount(page, email, javaScriptEnabled);
    await context.close();

    await team.open();
    await expect(team.row(email)).toContainText('Viewer');
  });
}

test('somebody new who looks at the sign-in screen finds back to their invitation', async ({ member, browser, baseURL }) => {
  const team = new TeamPage(member);
  await team.open();
  const email = freshAddress('grace');
  const link = pathOf(await team.invite(email, 'Viewer'));
  const invited = await browser.newPage({ baseURL });
  await invited.goto(link);
  await hydrated(invited);
  // A mailed code opens an account that is there; it makes none.
  const byCode = invited.getByRole('link', { name: 'E-mail me a code' });
  await expect(byCode).toHaveCount(0);
  await invited.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
  await invited.waitForURL(/\/sign-in\?next=/);
  await expect(byCode).toBeVisible();
  await invited.getByRole('link', { name: 'Create an account' }).click();
  await invited.waitForURL(/\/sign-up\?invitation=/);
  await expect(invited.getByLabel('Email')).toHaveValue(email);
  await invited.close();
});
