// An identity provider of the tests' own: certified OpenID Connect on the port that scripts/test chose, where everybody may sign in.
import { createServer, type Server } from 'node:http';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'lyceum', secret: 'a-secret-of-the-client' };

export class IdentityProvider {
  private server?: Server;
  /** What it says everybody belongs to. */
  groups: string[] = [];
  readonly issuer = `http://127.0.0.1:${process.env.OIDC_SPEC_PORT ?? '9200'}`;

  /** Starts it for an installation that wants people sent back to `callback`. */
  async start(callback: string): Promise<void> {
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callback] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name', 'groups'] },
      cookies: { keys: ['a key of the tests'] },
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: id, email_verified: true, given_name: 'Katherine', family_name: 'Johnson', groups: this.groups }),
      }),
    });
    this.server = createServer(provider.callback());
    await new Promise<void>((resolve) => this.server!.listen(Number(new URL(this.issuer).port), '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }
}
