// The screen of people, by its accessible names.
import { expect, type Locator, type Page } from '@playwright/test';
import { hydrated } from '../support/people';

/** `/admin/people`. */
export class PeoplePage {
  constructor(readonly page: Page) {}

  get table(): Locator {
    return this.page.getByRole('table', { name: 'People' });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  async open(): Promise<void> {
    await this.page.goto('/admin/people');
    await hydrated(this.page);
  }

  /** Looks for somebody; their row is the only one then. */
  async find(email: string): Promise<Locator> {
    await this.page.getByLabel('Search people').fill(email);
    await expect(this.table.getByRole('row')).toHaveCount(2);
    await expect(this.row(email)).toBeVisible();
    return this.row(email);
  }

  row(email: string): Locator {
    return this.table.getByRole('row').filter({ hasText: email });
  }

  /** Chooses an action from the menu of a person. */
  async choose(email: string, action: string): Promise<void> {
    await this.row(email).getByRole('button', { name: /^Actions for/ }).click();
    await this.page.getByRole('menuitem', { name: action }).click();
  }

  /** Answers the dialog. */
  async agree(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button }).click();
  }
}
