// Mails around signing in: what is sent arrives, and its links lead to us.
import { TeamPage } from '../pages/TeamPage';
import { MailCatcher } from '../support/mail';
import { freshAddress, hydrated, PASSWORD } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

const catcher = new MailCatcher();

test.describe.configure({ mode: 'serial' });
test.beforeAll(() => catcher.start());
test.afterAll(() => catcher.stop());

test('an invitation is mailed, and its link makes an account in the team', async ({ member: page, browser, baseURL }) => {
  const email = freshAddress('grace');
  const team = new TeamPage(page);
  await team.open();
  const link = await team.invite(email, 'Viewer');
  await expect.poll(() => catcher.find(email), { timeout: 30_000 }).toContain(link);
  const context = await browser.newContext({ baseURL });
  const guest = await context.newPage();
  await guest.goto(/http\S+sign-up\?invitation=[\w.-]+/.exec(catcher.find(email)!)![0]);
  await hydrated(guest);
  await guest.getByLabel('First name').fill('Grace');
  await guest.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await guest.getByRole('button', { name: 'Create account' }).click();
  await guest.waitForURL('**/chat');
  await context.close();
});

test('the administrator sees every mail and sends themselves one', async ({ administrator: page }) => {
  await page.goto('/admin/mails');
  await hydrated(page);
  await expect(page.getByRole('heading', { name: 'Invitation to a team' })).toBeVisible();
  await page.getByRole('button', { name: 'Send a test mail to me' }).click();
  await expect(page.getByText('took the mail to administrator@example.org')).toBeVisible();
  expect(catcher.find('administrator@example.org')).toContain('A test mail from Lyceum');
  await expectAccessible(page);
});
