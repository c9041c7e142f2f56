// The matrix of roles, by its accessible names.
import { expect, type Locator, type Page } from '@playwright/test';
import { hydrated } from '../support/people';

export class RolesPage {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto('/admin/roles');
    await hydrated(this.page);
  }

  /** The box of a right: `box('Viewer', 'Prompts, make and change')`. */
  box(role: string, right: string): Locator {
    return this.page.getByRole('checkbox', { name: `${role} may: ${right}` });
  }

  /** Gives a right to a role or takes it away, unless it is so already, and waits until the matrix tells. */
  async change(role: string, right: string, granted: boolean): Promise<void> {
    const box = this.box(role, right);
    if ((await box.isChecked()) === granted) return;
    const told = this.page.waitForResponse('**/api/roles/matrix');
    await box.setChecked(granted);
    await expect(this.page.getByText(`${role} may ${granted ? 'now' : 'no longer'}: ${right.toLowerCase()}.`)).toBeVisible();
    await told;
  }
}
