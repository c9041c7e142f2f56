// A model server of the tests' own: OpenAI-compatible on the wire, says what a test tells it to, when the test tells it to.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request of a chat model, open until the test ends it. */
export class Call {
  constructor(
    readonly messages: { role: string; content: string }[],
    private readonly response: ServerResponse,
  ) {}

  say(text: string): void {
    this.send({ choices: [{ index: 0, delta: { content: text } }] });
  }

  finish(): void {
    this.send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: 12, completion_tokens: 34 } });
    this.response.end('data: [DONE]\n\n');
  }

  /** An error after status 200. */
  fail(message: string): void {
    this.send({ error: { message } });
    this.response.end();
  }

  /** Resolves when the other side hangs up. */
  hungUp(): Promise<void> {
    return new Promise((resolve) => {
      if (this.response.destroyed) resolve();
      this.response.on('close', () => resolve());
    });
  }

  private send(chunk: unknown): void {
    this.response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
}

/** How long a test waits for a request: one that never comes is told where the test stands. */
const PATIENCE_MS = 60_000;

/** Listens where the server under test may go: scripts/test names the port. 0 takes any, for a server of the test's own. */
export class Provider {
  private readonly server: Server;
  private readonly calls: Call[] = [];
  private readonly waiting: ((call: Call) => void)[] = [];

  constructor(public port = Number(process.env.FAKE_PROVIDER_PORT ?? '9100')) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** The next request that no test has taken yet. */
  call(): Promise<Call> {
    const call = this.calls.shift();
    if (call) return Promise.resolve(call);
    return new Promise((resolve, reject) => {
      const taker = (call: Call): void => {
        clearTimeout(patience);
        resolve(call);
      };
      const patience = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(taker), 1);
        reject(new Error(`No request reached the provider within ${PATIENCE_MS / 1000} seconds`));
      }, PATIENCE_MS);
      this.waiting.push(taker);
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += part;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    const call = new Call(JSON.parse(body || '{}').messages ?? [], response);
    const taker = this.waiting.shift();
    if (taker) taker(call);
    else this.calls.push(call);
  }
}
