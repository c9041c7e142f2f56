// The screens of prompts.
import type { Locator, Page } from '@playwright/test';
import { hydrated } from '../support/people';

export class PromptsPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto('/prompts');
    await hydrated(this.page);
  }

  async openNew(): Promise<void> {
    await this.page.goto('/prompts/new');
    await hydrated(this.page);
  }

  /** The tile of one prompt. */
  tile(name: string): Locator {
    return this.page.getByRole('list', { name: 'Prompts' }).getByRole('listitem').filter({ hasText: name });
  }

  /** Makes a prompt through the form, over a dataset where one is named, and ends on its own screen. */
  async create(name: string, dataset?: string): Promise<void> {
    await this.openNew();
    await this.page.getByLabel('Name').fill(name);
    if (dataset) await this.page.getByRole('group', { name: 'Datasets' }).getByLabel(dataset).check();
    await this.save();
    await this.page.waitForURL(/\/prompts\/[0-9a-f-]{36}/);
  }

  async save(): Promise<void> {
    await this.page.getByRole('button', { name: 'Save' }).click();
  }

  /** Chooses an entry of a tile's menu. */
  async choose(name: string, entry: string): Promise<void> {
    await this.tile(name).getByRole('button', { name: /^Actions for/ }).first().click();
    await this.page.getByRole('menuitem', { name: entry }).click();
  }
}
