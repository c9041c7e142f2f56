// The screen of sign-in for administrators, by its accessible names.
import type { Locator, Page } from '@playwright/test';
import { hydrated } from '../support/people';

export class SignInAdminPage {
  constructor(readonly page: Page) {}

  async open(query = ''): Promise<void> {
    await this.page.goto(`/admin/sign-in${query}`);
    await hydrated(this.page);
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  row(name: string): Locator {
    return this.page.getByRole('table', { name: 'Identity providers' }).getByRole('row').filter({ hasText: name });
  }

  /** What came of the latest trial of a provider. */
  trial(name: string): Locator {
    return this.page.locator('section').filter({ has: this.page.getByRole('heading', { name: `Trial of ${name}` }) });
  }

  get record(): Locator {
    return this.page.getByRole('table', { name: 'Record of sign-ins' });
  }

  get notifications(): Locator {
    return this.page.getByRole('region', { name: 'Notifications' });
  }

  async choose(name: string, entry: string): Promise<void> {
    await this.row(name).getByRole('button', { name: /^Actions for/ }).click();
    await this.page.getByRole('menuitem', { name: entry }).click();
  }
}
