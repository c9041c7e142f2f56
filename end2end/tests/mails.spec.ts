// Mails that do not go out: the administrator sees that they wait and why, whose they were once they are given up, and sends those again
// that still lead somewhere.
import type { Page } from '@playwright/test';
import { TeamPage } from '../pages/TeamPage';
import { giveUpMails } from '../support/database';
import { MailCatcher } from '../support/mail';
import { freshAddress, hydrated, signUp } from '../support/people';
import { freePort, OwnServer } from '../support/server';
import { expect, expectAccessible, test } from '../support/test';

// A server and a database of its own: nobody else's mail is given up, and its mail server starts late.
const server = new OwnServer();
const mails = new MailCatcher();
let smtp = 0;

test.skip(!process.env.LYCEUM_BINARY, 'LYCEUM_BINARY is not set');
test.use({ baseURL: async ({}, use) => use(server.url) });
test.beforeAll(async () => {
  smtp = await freePort();
  await server.start('127.0.0.1:1', { LYCEUM_SMTP_URL: `smtp://127.0.0.1:${smtp}` }, `lyceum_mails_${Date.now()}`);
});
test.afterAll(async () => {
  await server.stop();
  await mails.stop();
});

/** By how many pixels the longest of the mails that are shown reaches beyond its frame. */
async function overhang(page: Page): Promise<number> {
  const beyond = (await page.locator('iframe').all()).map(async (frame) => {
    const [around, mail] = [await frame.boundingBox(), await frame.contentFrame().locator('body > div').boundingBox()];
    return mail!.y + mail!.height - around!.y - around!.height;
  });
  return Math.max(...(await Promise.all(beyond)));
}

test('what the mail server did not take is seen at once, and sent again once it is there', async ({ page }) => {
  test.setTimeout(180_000);
  await signUp(page, 'Grace');
  const team = new TeamPage(page);
  const [katherine, mary, hedy, dorothy] = [freshAddress('katherine'), freshAddress('mary'), freshAddress('hedy'), freshAddress('dorothy')];
  await team.open();
  for (const email of [katherine, mary, hedy, dorothy]) await team.invite(email, 'Viewer');
  await expect(async () => {
    await page.goto('/admin/mails');
    await hydrated(page);
    await expect(page.getByText(`4 mails are waiting to be sent. The last try failed: The mail server 127.0.0.1:${smtp} cannot be used`)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expectAccessible(page);

  // Every mail is shown as it is sent, in its own colours, and whole.
  const letter = page.getByTitle('Invitation to a team as it is sent').contentFrame();
  await expect(letter.getByRole('heading', { name: 'Join Analytical engines' })).toBeVisible();
  await expect(letter.getByRole('link', { name: 'Join the team' })).toHaveCSS('background-color', 'rgb(15, 107, 102)');
  expect(await page.locator('iframe').count()).toBeGreaterThan(20);
  for (const width of [375, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expect.poll(() => overhang(page), `at ${width} px`).toBeLessThanOrEqual(0);
  }

  giveUpMails(server.databaseUrl);
  await mails.startApart(smtp);
  await team.open();
  const invitation = team.invitations.getByRole('row').filter({ hasText: dorothy });
  await invitation.getByRole('button', { name: 'Revoke' }).click();
  await expect(invitation).toHaveCount(0);
  await page.goto('/admin/mails');
  await hydrated(page);
  const table = page.getByRole('table', { name: 'Not delivered' });
  const row = (recipient: string) => table.getByRole('row').filter({ hasText: recipient });
  await expect(row('m…@example.org')).toContainText('cannot be used');
  // Her invitation was revoked: its link leads nowhere any more.
  await expect(row('d…@example.org')).toContainText('Cannot be sent again');
  await expect(row('d…@example.org').getByRole('button')).toHaveCount(0);
  await expectAccessible(page);
  await row('k…@example.org').getByRole('button', { name: /^Send again/ }).click();
  await expect(row('k…@example.org')).toHaveCount(0);
  await expect.poll(() => mails.words(katherine), { timeout: 30_000 }).toContain('/sign-up?invitation=');
  expect(await mails.words(mary), 'one alone was sent').toBe('');
  await page.getByRole('button', { name: 'Send all again' }).click();
  await expect(table.getByRole('row'), 'the heading and hers').toHaveCount(2);
  await expect(row('d…@example.org')).toBeVisible();
  for (const email of [mary, hedy]) await expect.poll(() => mails.words(email), { timeout: 30_000 }).toContain('/sign-up?invitation=');
  // The mail is there before the server has noted that it is.
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('No mail is waiting.')).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
});
