// The sidebar on a phone: a drawer that opens, leads somewhere, and closes.
import { expect, expectAccessible, test } from '../support/test';
import { hydrated } from '../support/people';

test.use({ viewport: { width: 375, height: 812 } });

test('the drawer opens, leads to a section and closes', async ({ member: page }) => {
  await page.goto('/chat');
  await hydrated(page);
  const sidebar = page.getByRole('complementary', { name: 'Sidebar' });
  const open = async () => {
    await page.getByRole('button', { name: 'Open sidebar' }).click();
    await expect(sidebar).toBeVisible();
  };
  await expect(sidebar).toBeHidden();
  await open();
  await expectAccessible(page);
  await sidebar.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Datasets' }).click();
  await page.waitForURL('**/datasets');
  await expect(page.getByRole('heading', { level: 1, name: 'Datasets' })).toBeVisible();
  await expect(sidebar).toBeHidden();

  await open();
  await sidebar.getByRole('button', { name: 'Close sidebar' }).click();
  await expect(sidebar).toBeHidden();
  await open();
  await page.keyboard.press('Escape');
  await expect(sidebar).toBeHidden();
  await open();
  // Beside the drawer.
  await page.mouse.click(360, 500);
  await expect(sidebar).toBeHidden();
  await expect(page).toHaveURL(/\/datasets$/);
});
