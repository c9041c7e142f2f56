// The mail server of the tests: npm maildev on the ports that scripts/test chose. What it took is read through its REST API.
import type { MailDev } from 'maildev';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './server';

/** What the tests read of a mail as maildev tells of it. */
type Mail = { subject: string; text: string; html: string; from: { address: string; name: string }[] };

export class MailCatcher {
  private readonly folder = mkdtempSync(join(tmpdir(), 'lyceum-mail.'));
  private server?: MailDev;
  private ports = { smtp: Number(process.env.MAIL_CATCHER_PORT), web: Number(process.env.MAIL_CATCHER_WEB_PORT) };

  /** Starts it where the program of all tests sends its mail. */
  async start(): Promise<void> {
    // It takes seconds to load: only the worker that sends mail waits for it.
    const { MailDev } = await import('maildev');
    this.server = new MailDev({ ...this.ports, ip: '127.0.0.1', webIp: '127.0.0.1', mailDirectory: this.folder, silent: true });
    await this.server.start();
  }

  /** Starts it for a server of a test's own, where that looks for it if there is a port; returns the address that server sends to. */
  async startApart(smtp?: number): Promise<string> {
    this.ports = { smtp: smtp ?? await freePort(), web: await freePort() };
    await this.start();
    return `smtp://127.0.0.1:${this.ports.smtp}`;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The latest mail to an address; nothing while there is none. */
  async find(to: string): Promise<Mail | undefined> {
    const query = new URLSearchParams({ 'envelope.to.address': to, sort: 'desc', limit: '1' });
    const answer = await fetch(`http://127.0.0.1:${this.ports.web}/api/email?${query}`);
    const [latest] = (await answer.json()) as Mail[];
    return latest;
  }

  /** Its words; none while there is no mail. */
  async words(to: string): Promise<string> {
    return (await this.find(to))?.text ?? '';
  }
}
