// An identity provider of the tests' own: certified OpenID Connect, on the port that scripts/test chose or on another; everybody may sign in.
import type { Page } from '@playwright/test';
import { createServer, type Server } from 'node:http';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'lyceum', secret: 'a-secret-of-the-client' };

/** Its pages want a font from the network, where no test goes. */
export async function withoutFonts(page: Page): Promise<void> {
  await page.route('https://fonts.googleapis.com/**', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
}

export class IdentityProvider {
  private server?: Server;
  /** What it says everybody belongs to. */
  groups: string[] = [];
  /** Whether it says that addresses are verified, or says nothing of that. */
  saysVerified = true;
  readonly issuer: string;

  constructor(port: number | string = process.env.OIDC_SPEC_PORT ?? 9200) {
    this.issuer = `http://127.0.0.1:${port}`;
  }

  /** Starts it for an installation that wants people sent back to `callback`. */
  async start(callback: string): Promise<void> {
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callback] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name', 'groups'] },
      cookies: { keys: ['a key of the tests'] },
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: id, ...this.verification(), given_name: 'Katherine', family_name: 'Johnson', groups: this.groups }),
      }),
    });
    this.server = createServer(provider.callback());
    await new Promise<void>((resolve) => this.server!.listen(Number(new URL(this.issuer).port), '127.0.0.1', resolve));
  }

  private verification(): { email_verified?: boolean } {
    return this.saysVerified ? { email_verified: true } : {};
  }

  /** Signs in on its pages; whoever consented there before is asked for nothing else. */
  async prove(page: Page, email: string): Promise<void> {
    await page.waitForURL(`${this.issuer}/**`);
    await page.locator('input[name="login"]').fill(email);
    await page.locator('input[name="password"]').fill('anything');
    await page.locator('[type="submit"]').first().click();
  }

  /** Signs in there for the first time: its pages ask for a login and for consent. */
  async agree(page: Page, email: string): Promise<void> {
    await this.prove(page, email);
    await page.locator('[type="submit"]').first().click();
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }
}
