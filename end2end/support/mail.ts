// A mail server for the tests: takes everything on the port that scripts/test chose, and keeps it.
import { createServer, type Server, type Socket } from 'node:net';

type Mail = { to: string; raw: string };

export class MailCatcher {
  private readonly mails: Mail[] = [];
  private readonly server: Server = createServer((socket) => this.talk(socket));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(Number(process.env.MAIL_CATCHER_PORT), '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The latest mail to an address, as text with the quoting of lines undone; nothing while there is none. */
  find(to: string): string | undefined {
    const mail = this.mails.findLast((mail) => mail.to === to);
    return mail?.raw.replaceAll('=\r\n', '').replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
  }

  private talk(socket: Socket): void {
    let rest = '';
    let to = '';
    let body: string[] | undefined;
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on('error', () => socket.destroy());
    say('220 catcher ESMTP');
    socket.on('data', (data) => {
      const lines = (rest + data.toString('latin1')).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (body && line === '.') {
          this.mails.push({ to, raw: body.join('\r\n') });
          body = undefined;
          say('250 Taken');
        } else if (body) {
          body.push(line.replace(/^\./, ''));
        } else if (/^RCPT TO:/i.test(line)) {
          to = /<(.*)>/.exec(line)![1];
          say('250 OK');
        } else if (/^DATA/i.test(line)) {
          body = [];
          say('354 Go ahead');
        } else if (/^QUIT/i.test(line)) {
          say('221 Bye');
          socket.end();
        } else {
          say('250 OK');
        }
      }
    });
  }
}
