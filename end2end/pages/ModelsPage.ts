// The screen of models.
import type { Locator, Page } from '@playwright/test';
import { hydrated } from '../support/people';

export type ModelFields = { provider: string; baseUrl: string; key: string; name: string };

export class ModelsPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto('/admin/models');
    await hydrated(this.page);
  }

  /** The row of one model. */
  row(name: string): Locator {
    return this.page.getByRole('table', { name: 'Models' }).getByRole('row').filter({ hasText: name });
  }

  /** Opens "Add model" and fills it in. */
  async fill(fields: ModelFields): Promise<void> {
    await this.page.getByRole('button', { name: 'Add model' }).click();
    await this.page.getByLabel('Provider').fill(fields.provider);
    await this.page.getByLabel('Base URL').fill(fields.baseUrl);
    await this.page.getByLabel('API key').fill(fields.key);
    await this.page.getByLabel('Model name').fill(fields.name);
    await this.page.getByLabel('Context size').fill('8192');
  }

  /** Chooses an entry of a row's menu. */
  async choose(name: string, entry: string): Promise<void> {
    await this.row(name).getByRole('button', { name: /^Actions for/ }).click();
    await this.page.getByRole('menuitem', { name: entry }).click();
  }
}
