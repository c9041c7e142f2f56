// API keys: made with the password, shown once, used by a program, revoked, refused.
import { hydrated, PASSWORD } from '../support/people';
import { expect, expectAccessible, test } from '../support/test';

// A wrong password is answered with 422, which the console reports.
test.use({ forgiven: ['422'] });

/** What a program is answered that asks for the datasets; it has no cookies. */
async function ask(server: string, key: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${server}/api/datasets/list`, {
    method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: '{}',
  });
  return { status: answer.status, body: await answer.text() };
}

test('a key is made, used and revoked', async ({ member: page, baseURL }) => {
  await page.goto('/account');
  await hydrated(page);
  await expect(page.getByText('You have no API key in this team.')).toBeVisible();
  await page.getByRole('button', { name: 'Create API key…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create an API key' });
  await dialog.getByLabel('Name').fill('Nightly import');
  await dialog.getByLabel('Read documents and prompts').uncheck();
  await dialog.getByLabel('Your password').fill('something else entirely 1');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('Choose what the key may do.')).toBeVisible();
  await dialog.getByLabel('Read documents and prompts').check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('This is not your present password.')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const key = await dialog.getByLabel('API key').inputValue();
  expect(key).toMatch(/^lyc_[0-9a-f]{16}_[0-9a-f]{64}$/);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Done' }).click();

  const row = page.getByRole('table', { name: 'API keys' }).getByRole('row').filter({ hasText: 'Nightly import' });
  await expect(row).toContainText(key.slice(0, 20));
  await expect(row).toContainText('Never');
  expect(await page.content()).not.toContain(key);
  expect(await ask(baseURL!, key)).toEqual({ status: 200, body: '[]' });
  await page.reload();
  await hydrated(page);
  await expect(row).not.toContainText('Never');
  await expectAccessible(page);

  // The owner of a team sees its keys beside its people.
  await page.goto('/team');
  await hydrated(page);
  const teams = page.getByRole('table', { name: 'API keys of the team' });
  await expect(teams).toContainText('Ada Lovelace');
  await expectAccessible(page);
  await teams.getByRole('button', { name: 'Revoke Nightly import' }).click();
  await page.getByRole('dialog', { name: 'Revoke “Nightly import”?' }).getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByText('The key “Nightly import” is revoked.')).toBeVisible();
  await expect(teams).toHaveCount(0);
  const refused = await ask(baseURL!, key);
  expect(refused.status).toBe(401);
  expect(refused.body).toContain('revoked');
});

test('the keys fit on a phone', async ({ member: page }) => {
  await page.goto('/account');
  await hydrated(page);
  await page.setViewportSize({ width: 375, height: 740 });
  await page.getByRole('button', { name: 'Create API key…' }).click();
  await expect(page.getByRole('dialog', { name: 'Create an API key' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});
