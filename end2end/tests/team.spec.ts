// Inviting somebody, who then signs up or joins, and taking an invitation back.
import { TeamPage } from '../pages/TeamPage';
import { freshAddress, hydrated, PASSWORD, signUp } from '../support/people';
import { expect, test } from '../support/test';

/** The path of a link, so that it is opened on the server under test whatever its public address is. */
function pathOf(link: string): string {
  const url = new URL(link);
  return url.pathname + url.search;
}

test('an invited person signs up into the team', async ({ member, browser, baseURL }) => {
  const team = new TeamPage(member);
  await team.open();
  const email = freshAddress('grace');
  const link = await team.invite(email, 'Collaborator');
  await expect(team.invitations).toContainText(email);

  const invited = await browser.newPage({ baseURL });
  await invited.goto(pathOf(link));
  await hydrated(invited);
  await expect(invited.getByRole('main')).toContainText('You are invited to');
  await expect(invited.getByLabel('Email')).toHaveValue(email);
  await invited.getByLabel('First name').fill('Grace');
  await invited.getByLabel('Last name').fill('Hopper');
  await invited.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await invited.getByRole('button', { name: 'Create account' }).click();
  await invited.waitForURL('**/chat');
  await invited.close();

  await team.open();
  await expect(team.members.getByRole('row').filter({ hasText: 'Grace Hopper' })).toContainText('Collaborator');
  await expect(team.invitations).toHaveCount(0);
});

test('somebody with an account joins and switches back', async ({ member, browser, baseURL }) => {
  const joining = await browser.newPage({ baseURL });
  const email = await signUp(joining, 'Katherine');
  const team = new TeamPage(member);
  await team.open();
  const link = await team.invite(email, 'Viewer');
  await joining.goto(pathOf(link));
  await hydrated(joining);
  await joining.getByRole('button', { name: 'Join team' }).click();
  await joining.waitForURL('**/chat');
  await joining.goto('/account');
  await hydrated(joining);
  const teams = joining.getByRole('list', { name: 'Teams' });
  await expect(teams.getByRole('listitem')).toHaveCount(2);
  await teams.getByRole('listitem').filter({ hasText: 'Katherine' }).getByRole('button', { name: 'Switch' }).click();
  await joining.waitForURL('**/chat');
  await joining.close();
});

test('a revoked invitation leads nowhere', async ({ member, browser, baseURL }) => {
  const team = new TeamPage(member);
  await team.open();
  const email = freshAddress('eve');
  const link = await team.invite(email, 'Viewer');
  await team.invitations.getByRole('row').filter({ hasText: email }).getByRole('button', { name: 'Revoke' }).click();
  await expect(member.getByText('The invitation is revoked')).toBeVisible();
  const stranger = await browser.newPage({ baseURL });
  await stranger.goto(pathOf(link));
  await expect(stranger.getByRole('main')).toContainText('not valid any more');
  await stranger.close();
});
