// Joining with an account one is signed out of: the invitation waits until one is in.
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated, PASSWORD, signUp } from '../support/people';
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
    await main.getByRole('button', { name: 'Join team' }).click();
    await joining.waitForURL('**/chat');
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
  await invited.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
  await invited.waitForURL(/\/sign-in\?next=/);
  await invited.getByRole('link', { name: 'Create an account' }).click();
  await invited.waitForURL(/\/sign-up\?invitation=/);
  await expect(invited.getByLabel('Email')).toHaveValue(email);
  await invited.close();
});
