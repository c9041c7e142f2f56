// A device that keeps passkeys and says yes to everything, in place of a real one.
import type { CDPSession, Page } from '@playwright/test';

export class VirtualDevice {
  private constructor(private readonly session: CDPSession, private readonly id: string) {}

  /** Plugs one into the browser of a page. */
  static async plugInto(page: Page): Promise<VirtualDevice> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualDevice(session, authenticatorId);
  }

  /** How many passkeys it keeps. */
  async count(): Promise<number> {
    return (await this.session.send('WebAuthn.getCredentials', { authenticatorId: this.id })).credentials.length;
  }

  /** Whether it knows its person: a finger that does not fit ends the ceremony. */
  async recognise(isVerified: boolean): Promise<void> {
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified: isVerified });
  }
}
