import { expect, type Locator, type Page } from '@playwright/test';
import { hydrated } from '../support/people';

/** `/admin/licences`. */
export class LicencesPage {
  readonly seats: Locator;

  constructor(private readonly page: Page) {
    this.seats = page.getByRole('table', { name: 'Seats' });
  }

  async open(): Promise<void> {
    await this.page.goto('/admin/licences');
    await hydrated(this.page);
  }

  /** Pastes a licence and sends it. */
  async send(text: string): Promise<void> {
    await this.page.getByLabel('Licence', { exact: true }).fill(text);
    await this.page.getByRole('button', { name: 'Install licence' }).click();
  }

  /** Installs the licence with this number. */
  async install(id: string, text: string): Promise<void> {
    await this.send(text);
    await expect(this.page.getByText(`Licence ${id} for Example Ltd`)).toBeVisible();
  }

  /** Whether a part of the product is on, as the table says it. */
  stateOf(feature: string): Locator {
    const row = this.page.getByRole('table', { name: 'Features' }).getByRole('row').filter({ hasText: feature });
    return row.getByRole('cell').last();
  }

  seatOf(email: string): Locator {
    return this.seats.getByRole('row').filter({ hasText: email });
  }
}
