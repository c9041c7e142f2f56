// The screen of the team, by its accessible names.
import type { Locator, Page } from '@playwright/test';
import { hydrated } from '../support/people';

export class TeamPage {
  constructor(readonly page: Page) {}

  get members(): Locator {
    return this.page.getByRole('table', { name: 'Members' });
  }

  get invitations(): Locator {
    return this.page.getByRole('table', { name: 'Invitations' });
  }

  async open(): Promise<void> {
    await this.page.goto('/team');
    await hydrated(this.page);
  }

  row(text: string): Locator {
    return this.members.getByRole('row').filter({ hasText: text });
  }

  /** Chooses an action from the menu of a member. */
  async choose(member: string, action: string): Promise<void> {
    await this.row(member).getByRole('button', { name: /^Actions for/ }).click();
    await this.page.getByRole('menuitem', { name: action }).click();
  }

  /** Invites somebody and returns the link to hand over. */
  async invite(email: string, role: string): Promise<string> {
    await this.page.getByRole('button', { name: 'Invite member' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Email').fill(email);
    await dialog.getByLabel('Role').selectOption({ label: role });
    await dialog.getByRole('button', { name: 'Send invitation' }).click();
    const link = dialog.getByLabel('Invitation link');
    await link.waitFor();
    const address = await link.inputValue();
    await dialog.getByRole('button', { name: 'Done' }).click();
    return address;
  }
}
