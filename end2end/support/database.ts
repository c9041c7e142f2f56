// What time alone brings about, written into the database of all tests: nobody waits ten minutes for it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** As if somebody had proved that many minutes ago who they are. */
export function ageSessions(email: string, minutes: number): void {
  const earlier = `UPDATE sessions SET confirmed_at = now() - interval '${minutes} minutes' WHERE user_id = (SELECT id FROM users WHERE email = '${email}')`;
  execFileSync(join(process.env.LYCEUM_POSTGRES_DIR!, 'bin/psql'), [process.env.DATABASE_URL!, '--quiet', '-c', earlier]);
}
