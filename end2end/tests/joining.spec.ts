// Joining with an account one is signed out of: the invitation waits until one is in. So it does for somebody who is signed in as another.
// And links that lead nowhere: whoever opens one reads so, and finds on.
import type { Page } from '@playwright/test';
import { RolesPage } from '../pages/RolesPage';
import { TeamPage } from '../pages/TeamPage';
import { expireInvitations } from '../support/database';
import { createAccount, freshAddress, hydrated, PASSWORD, signUp, signUpInvited } from '../support/people';
import { OwnServer } from '../support/server';
import { expect, expectAccessible, test } from '../support/test';

/** The path of a link, so that it is opened on the server under test whatever its public address is. */
function pathOf(link: string): string {
  const url = new URL(link);
  return url.pathname + url.search;
}

for (const javaScriptEnabled of [true, false]) {
  test(`somebody who is signed out signs in and joins (${javaScriptEnabled ? 'with' : 'without'} JavaScript)`, async ({ member, browser, baseURL }) => {
    const first = await (await browser.newContext({ baseURL })).newPage();
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
  const invited = await (await browser.newContext({ baseURL })).newPage();
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

const OVER = 'This invitation is not valid any more. Ask whoever invited you for a new one.';

/** What somebody finds behind a link who is not signed in; nothing is told of whom it asked. */
async function expectOverForVisitor(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await hydrated(page);
  const main = page.getByRole('main');
  await expect(main.getByRole('heading', { name: 'Create your account' })).toBeVisible();
  await expect(main).toContainText(OVER);
  await expect(main).not.toContainText('You are invited to');
  await expect(page.getByLabel('Email')).toHaveValue('');
  await expect(main.getByRole('link', { name: 'Sign in', exact: true })).toHaveAttribute('href', '/sign-in');
}

/** What somebody finds there who is. */
async function expectOverForMember(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await hydrated(page);
  const main = page.getByRole('main');
  await expect(main.getByRole('heading', { name: 'Invitation', exact: true })).toBeVisible();
  await expect(main).toContainText(OVER);
  await expect(main.getByRole('button', { name: 'Join team' })).toHaveCount(0);
  await expect(main.getByRole('link', { name: 'Go to your chats' })).toHaveAttribute('href', '/chat');
}

test.describe('with a link that was used, taken back or is over', () => {
  test.skip(!process.env.LYCEUM_POSTGRES_DIR, 'LYCEUM_POSTGRES_DIR is not set');

  test('whoever opens it reads so, and finds on', async ({ member, browser, baseURL }) => {
    test.setTimeout(180_000);
    const joined = await (await browser.newContext({ baseURL })).newPage();
    const email = await signUp(joined, 'Katherine');
    const team = new TeamPage(member);
    await team.open();
    const used = pathOf(await team.invite(email, 'Viewer'));
    await joined.goto(used);
    await hydrated(joined);
    await joined.getByRole('button', { name: 'Join team' }).click();
    await joined.waitForURL('**/chat');

    const [hedy, mary] = [freshAddress('hedy'), freshAddress('mary')];
    const invitation = (asked: string) => team.invitations.getByRole('row').filter({ hasText: asked });
    const expired = pathOf(await team.invite(hedy, 'Viewer'));
    const revoked = pathOf(await team.invite(mary, 'Viewer'));
    await invitation(mary).getByRole('button', { name: 'Revoke' }).click();
    await expect(member.getByText('The invitation is revoked')).toBeVisible();
    expireInvitations(hedy);
    await team.open();
    await expect(invitation(hedy)).toContainText('Expired');
    await expect(invitation(mary)).toHaveCount(0);

    const visitor = await (await browser.newContext({ baseURL })).newPage();
    for (const link of [used, revoked, expired]) {
      await expectOverForVisitor(visitor, link);
      await expectOverForMember(joined, link);
    }
    await expectAccessible(visitor);
    await expectAccessible(joined);

    await joined.getByRole('link', { name: 'Go to your chats' }).click();
    await joined.waitForURL('**/chat');
    await expect(joined.getByRole('button', { name: 'Account menu' })).toContainText('Ada’s team');
    // By way of the sign-in screen the dead link is left behind.
    await visitor.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
    await visitor.waitForURL('**/sign-in');
    await visitor.getByRole('link', { name: 'Create an account' }).click();
    await visitor.waitForURL('**/sign-up');
    await expect(visitor.getByRole('main')).toContainText('You get a team of your own');
    await expect(visitor.getByRole('main')).not.toContainText(OVER);
    await joined.close();
    await visitor.close();
  });
});

test.describe('with a link whose maker may not invite any more', () => {
  test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');

  // What a role may do holds for the whole installation: this one is the test's own. Without mail, so that accounts are made at once.
  let server: OwnServer;
  test.beforeAll(async () => {
    server = new OwnServer();
    await server.start('', { LYCEUM_SIGN_UP: 'open', LYCEUM_SMTP_URL: '' }, `lyceum_joining_${Date.now()}`);
  });
  test.afterAll(() => server.stop());

  test('the team and whoever opens it read that it is not valid, until somebody who may gives it a new one', async ({ browser }) => {
    test.setTimeout(180_000);
    const open = async () => (await browser.newContext({ baseURL: server.url })).newPage();
    const [owner, manager, joining, visitor] = [await open(), await open(), await open(), await open()];
    await signUp(owner, 'Ada');
    const team = new TeamPage(owner);
    await team.open();
    await signUpInvited(manager, await team.invite(freshAddress('grace'), 'Team manager'));
    const email = await signUp(joining, 'Katherine');
    const managed = new TeamPage(manager);
    await managed.open();
    const link = pathOf(await managed.invite(email, 'Viewer'));

    const roles = new RolesPage(owner);
    await roles.open();
    await roles.box('Team manager', 'Members, invite, change and remove').uncheck();
    await expect(owner.getByText('Team manager may no longer: members, invite, change and remove.')).toBeVisible();
    await team.open();
    const invitation = team.invitations.getByRole('row').filter({ hasText: email });
    await expect(invitation).toContainText('Not valid');
    await expect(owner.getByText('may not invite with this role any more')).toBeVisible();
    await expectAccessible(owner);
    await expectOverForVisitor(visitor, link);
    await expectOverForMember(joining, link);

    await invitation.getByRole('button', { name: 'New link' }).click();
    const renewed = owner.getByRole('dialog', { name: 'A new link' });
    const fresh = pathOf(await renewed.getByLabel('Invitation link').inputValue());
    await renewed.getByRole('button', { name: 'Done' }).click();
    await expect(invitation).not.toContainText('Not valid');
    await expectOverForMember(joining, link);
    await joining.goto(fresh);
    await hydrated(joining);
    await joining.getByRole('button', { name: 'Join team' }).click();
    await joining.waitForURL('**/chat');
    await expect(joining.getByRole('button', { name: 'Account menu' })).toContainText('Ada’s team');
    for (const page of [owner, manager, joining, visitor]) await page.close();
  });
});
