// The mail server of the tests: npm maildev on the ports that scripts/test chose. What it took is read through its REST API.
import type { MailDev } from 'maildev';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the tests read of a mail as maildev tells of it. */
type Mail = { subject: string; text: string; html: string; from: { address: string; name: string }[] };

export class MailCatcher {
  private readonly api = `http://127.0.0.1:${process.env.MAIL_CATCHER_WEB_PORT}/api`;
  private readonly folder = mkdtempSync(join(tmpdir(), 'lyceum-mail.'));
  private server?: MailDev;

  /** Starts it; on another port for a server of a test's own. Returns the port. */
  async start(port = Number(process.env.MAIL_CATCHER_PORT)): Promise<number> {
    // It takes seconds to load: only the worker that sends mail waits for it.
    const { MailDev } = await import('maildev');
    const ports = { smtp: port, web: Number(process.env.MAIL_CATCHER_WEB_PORT) };
    this.server = new MailDev({ ...ports, ip: '127.0.0.1', webIp: '127.0.0.1', mailDirectory: this.folder, silent: true });
    await this.server.start();
    return port;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The latest mail to an address; nothing while there is none. */
  async find(to: string): Promise<Mail | undefined> {
    const query = new URLSearchParams({ 'envelope.to.address': to, sort: 'desc', limit: '1' });
    const answer = await fetch(`${this.api}/email?${query}`);
    const [latest] = (await answer.json()) as Mail[];
    return latest;
  }

  /** Its words; none while there is no mail. */
  async words(to: string): Promise<string> {
    return (await this.find(to))?.text ?? '';
  }
}
