// The `test` of every spec: a page that fails its test on any console error or warning, and people to be.
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { ADMINISTRATOR_STATE } from './administrator';
import { PASSWORD, signUp } from './people';

export { expect };

type Fixtures = {
  /** A page signed in as a new person with a team of their own. */
  member: Page;
  /** A page signed in as the administrator of the server. */
  administrator: Page;
  /** Console messages a test expects and forgives, as parts of their text. */
  forgiven: string[];
  /** Every page of every browser context that a test opens itself is watched, too. */
  allWatched: void;
};

/** What Chromium says of a slow machine, or of a page whose scripts are off; no fault of the page. */
const ABOUT_THE_MACHINE = 'was preloaded using link preload but not used within a few seconds';
/** What it says of Playwright, which looks into the frames of mails by scripts: nothing of a mail's own may run there. */
const ABOUT_PLAYWRIGHT = "because the document's frame is sandboxed and the 'allow-scripts' permission is not set";

function watch(page: Page, complaints: string[], forgiven: string[]): void {
  const note = (text: string) => {
    if (![...forgiven, ABOUT_THE_MACHINE, ABOUT_PLAYWRIGHT].some((part) => text.includes(part))) complaints.push(text);
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => note(`uncaught: ${error.message}`));
}

export const test = base.extend<Fixtures>({
  forgiven: [[], { option: true }],
  allWatched: [async ({ browser, forgiven }, use) => {
    const complaints: string[] = [];
    const open = browser.newContext;
    browser.newContext = async (options) => {
      const context = await open.call(browser, options);
      context.on('page', (page) => watch(page, complaints, forgiven));
      return context;
    };
    await use();
    browser.newContext = open;
    expect(complaints, 'the console stays quiet').toEqual([]);
  }, { auto: true }],
  member: async ({ page }, use) => {
    await signUp(page);
    await use(page);
  },
  administrator: async ({ browser, baseURL }, use) => {
    const context = await browser.newContext({ storageState: ADMINISTRATOR_STATE, viewport: { width: 1440, height: 900 } });
    // Their session began with the first test, and some of what they do asks for a proof within ten minutes.
    const confirmed = await context.request.post(`${baseURL}/api/identity/confirm`, { form: { password: PASSWORD }, headers: { origin: baseURL! } });
    expect(confirmed.status(), await confirmed.text()).toBe(200);
    await use(await context.newPage());
    await context.close();
  },
});

/** Fails on anything axe finds against WCAG 2.2 A and AA. It would wait for ever in a frame where nothing runs. */
export async function expectAccessible(page: Page): Promise<void> {
  const axe = new AxeBuilder({ page }).exclude('iframe[sandbox]').withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  const report = await axe.analyze();
  const findings = report.violations.map((violation) => ({
    rule: violation.id,
    help: violation.help,
    at: violation.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} — ${node.failureSummary?.split('\n').slice(1, 3).join('; ')}`),
  }));
  expect(findings, `axe finds nothing on ${page.url()}`).toEqual([]);
}
