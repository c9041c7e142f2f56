// The screens of datasets, by their accessible names.
import { expect, type Locator, type Page } from '@playwright/test';
import { hydrated } from '../support/people';

export type UploadFile = { name: string; mimeType: string; buffer: Buffer };

export class DatasetsPage {
  constructor(readonly page: Page) {}

  get documents(): Locator {
    return this.page.getByRole('table', { name: 'Documents' });
  }

  row(name: string): Locator {
    return this.documents.getByRole('row').filter({ hasText: name });
  }

  async open(): Promise<void> {
    await this.page.goto('/datasets');
    await hydrated(this.page);
  }

  /** Makes a dataset and ends on its page. */
  async create(name: string): Promise<void> {
    await this.open();
    await this.page.getByRole('button', { name: 'New dataset' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'New dataset' });
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await this.page.waitForURL(/\/datasets\/[0-9a-f-]{36}$/);
    await expect(this.page.getByRole('heading', { level: 1, name })).toBeVisible();
  }

  async upload(...files: UploadFile[]): Promise<void> {
    await this.page.getByLabel('Upload documents').setInputFiles(files);
  }

  /** Drops a text file where documents are uploaded. */
  async drop(file: UploadFile): Promise<void> {
    const given = { name: file.name, type: file.mimeType, text: file.buffer.toString('utf8') };
    const dataTransfer = await this.page.evaluateHandle(({ name, type, text }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type }));
      return transfer;
    }, given);
    const zone = this.page.locator('.drop-zone');
    await zone.dispatchEvent('dragover', { dataTransfer });
    await expect(zone).toHaveClass(/drop-zone-over/);
    await zone.dispatchEvent('drop', { dataTransfer });
    await expect(zone).not.toHaveClass(/drop-zone-over/);
  }

  async expectStatus(name: string, status: string | RegExp): Promise<void> {
    await expect(this.row(name)).toContainText(status, { timeout: 90_000 });
  }

  async search(question: string): Promise<void> {
    await this.page.getByRole('tab', { name: 'Search' }).click();
    await this.page.getByRole('textbox', { name: 'Test a question' }).fill(question);
    await this.page.keyboard.press('Enter');
  }
}
