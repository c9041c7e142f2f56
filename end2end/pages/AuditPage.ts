// The audit trail, by its accessible names.
import type { Locator, Page } from '@playwright/test';
import { hydrated } from '../support/people';

export class AuditPage {
  constructor(readonly page: Page) {}

  get table(): Locator {
    return this.page.getByRole('table', { name: 'Audit trail' });
  }

  async open(address = '/team/audit'): Promise<void> {
    await this.page.goto(address);
    await hydrated(this.page);
  }

  row(text: string): Locator {
    return this.table.getByRole('row').filter({ hasText: text });
  }

  async filter(): Promise<void> {
    await this.page.getByRole('button', { name: 'Filter' }).click();
  }

  /** Follows a link to an export and returns what it holds. */
  async export(format: 'CSV' | 'JSON'): Promise<string> {
    const download = this.page.waitForEvent('download');
    await this.page.getByRole('link', { name: `Export ${format}` }).click();
    const parts: Buffer[] = [];
    for await (const part of await (await download).createReadStream()) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8');
  }
}
