// The first account of a server becomes its administrator: made once, before the tests, and kept as a signed-in state.
import { chromium, type FullConfig } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { PASSWORD, signIn, signUp } from './people';

export const ADMINISTRATOR = 'administrator@example.org';
export const ADMINISTRATOR_STATE = 'target/test/administrator.json';

export default async function makeAdministrator(config: FullConfig): Promise<void> {
  const { baseURL, launchOptions } = config.projects[0].use;
  mkdirSync('target/test', { recursive: true });
  const browser = await chromium.launch(launchOptions);
  const page = await browser.newPage({ baseURL });
  await signUp(page, 'Grace', ADMINISTRATOR).catch(() => signIn(page, ADMINISTRATOR, PASSWORD));
  await page.context().storageState({ path: ADMINISTRATOR_STATE });
  await browser.close();
}
