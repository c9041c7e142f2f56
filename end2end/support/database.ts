// What time or mail alone brings about, written into the database of all tests or of a server's own: nobody waits ten minutes for it.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

function psql(database: string, ...words: string[]): string {
  return execFileSync(join(process.env.LYCEUM_POSTGRES_DIR!, 'bin/psql'), [database, '--quiet', ...words], { encoding: 'utf8' });
}

/** As if somebody had read the mail that finishes their sign-up: of the token that was mailed there is only a hash, so it gets another. */
export function signUpToken(email: string, database = process.env.DATABASE_URL!): string {
  const verifier = randomBytes(32).toString('base64url');
  const latest = `SELECT selector FROM sign_ups WHERE email = '${email}' ORDER BY created_at DESC LIMIT 1`;
  // All of them come from one network address, more than people would in so short a time.
  psql(database, '-c', "DELETE FROM throttles WHERE key LIKE 'sign-up-mail:ip:%'");
  const replace = `UPDATE sign_ups SET verifier_hash = sha256('${verifier}') WHERE selector = (${latest}) RETURNING selector`;
  const selector = psql(database, '--tuples-only', '--no-align', '-c', replace).trim();
  if (!selector) throw new Error(`Nobody asked for an account with ${email} on the database of all tests`);
  return `${selector}.${verifier}`;
}

/** As if somebody had last used so many chats that many days ago, in each of their teams. */
export function addOldChats(email: string, count: number, days: number, database = process.env.DATABASE_URL!): void {
  const insert = `INSERT INTO conversations (id, team_id, user_id, title, updated_at)
    SELECT gen_random_uuid(), team_id, user_id, 'About owls', now() - interval '${days} days'
    FROM memberships CROSS JOIN generate_series(1, ${count}) WHERE user_id = (SELECT id FROM users WHERE email = '${email}')`;
  psql(database, '-c', insert);
}

/** As if all mails that wait had been tried for the last time. */
export function giveUpMails(database: string): void {
  psql(database, '-c', "UPDATE mails SET failed_at = now() WHERE sent_at IS NULL", '-c', "UPDATE jobs SET status = 'Dead' WHERE kind = 'SendMail' AND status = 'Waiting'");
}

/** As if the time of whatever invites an address were over. */
export function expireInvitations(email: string, database = process.env.DATABASE_URL!): void {
  psql(database, '-c', `UPDATE invitations SET expires_at = now() - interval '1 minute' WHERE email = '${email}'`);
}

/** As if somebody had proved that many minutes ago who they are. */
export function ageSessions(email: string, minutes: number, database = process.env.DATABASE_URL!): void {
  const earlier = `UPDATE sessions SET confirmed_at = now() - interval '${minutes} minutes' WHERE user_id = (SELECT id FROM users WHERE email = '${email}')`;
  psql(database, '-c', earlier);
}
