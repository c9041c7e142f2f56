// Licences of the tests: a key made for the run, and files signed with it the way docs/licences.md says.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** The parts of the product that a licence switches by naming them. */
const EVERY_FEATURE = ['IdentityProviders', 'Api', 'AuditExport', 'ViewAs', 'Groups'];

export class LicenceIssuer {
  private readonly pair = generateKeyPairSync('ed25519');

  /** The last 32 bytes of the encoded key are the key itself. */
  private get publicBytes(): Buffer {
    return this.pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  }

  /** What LYCEUM_LICENCE_KEY is set to. */
  get key(): string {
    return this.publicBytes.toString('base64');
  }

  issue(id: string, seats: number, endsInMs = 365 * 24 * 3600 * 1000, features = EVERY_FEATURE): string {
    const payload = Buffer.from(JSON.stringify({
      id, customer: 'Example Ltd', tier: 'Team', seats, features,
      issued_at: new Date(Date.now() - 3600_000).toISOString(), expires_at: new Date(Date.now() + endsInMs).toISOString(),
    }));
    const signature = sign(null, Buffer.concat([Buffer.from('lyceum-licence-1\n'), payload]), this.pair.privateKey);
    const name = createHash('sha256').update(this.publicBytes).digest('hex').slice(0, 16);
    return ['-----BEGIN LYCEUM LICENCE-----', 'Format: 1', `Key: ${name}`, `Payload: ${payload.toString('base64')}`,
      `Signature: ${signature.toString('base64')}`, '-----END LYCEUM LICENCE-----', ''].join('\n');
  }
}
