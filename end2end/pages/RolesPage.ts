// The matrix of roles, by its accessible names.
import type { Locator, Page } from '@playwright/test';
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
}
