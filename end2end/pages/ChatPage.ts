// The chat as a person finds their way in it.
import type { Locator, Page } from '@playwright/test';
import { hydrated } from '../support/people';

export class ChatPage {
  readonly message: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly answers: Locator;
  readonly questions: Locator;
  readonly sources: Locator;
  readonly chats: Locator;

  constructor(readonly page: Page) {
    this.message = page.getByRole('textbox', { name: 'Message' });
    this.send = page.getByRole('button', { name: 'Send', exact: true });
    this.stop = page.getByRole('button', { name: 'Stop', exact: true });
    this.answers = page.locator('article[data-role="assistant"]');
    this.questions = page.locator('article[data-role="user"]');
    this.sources = page.getByRole('region', { name: 'Sources' });
    this.chats = page.getByRole('navigation', { name: 'Chats' });
  }

  /** Opens a new chat with the model of this name. */
  async open(model: string): Promise<void> {
    await this.page.goto('/chat');
    await hydrated(this.page);
    await this.choose(model);
  }

  async choose(name: string): Promise<void> {
    await this.page.getByRole('button', { name: /^Prompt\b/ }).click();
    await this.page.getByRole('menuitem', { name }).click();
  }

  async ask(text: string): Promise<void> {
    await this.message.fill(text);
    await this.message.press('Enter');
  }

  /** The mark in the newest answer that opens this source. */
  source(number: number): Locator {
    return this.answer.getByRole('button', { name: `Source ${number}`, exact: true }).first();
  }

  get answer(): Locator {
    return this.answers.last();
  }
}
