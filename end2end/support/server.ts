// A Lyceum of a test's own, to be killed and started again, on the database of all tests, or one of its own, behind a line that can be cut.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The line between the server and Postgres. */
class Line {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  constructor(to: URL) {
    this.server = createServer((near) => {
      if (this.isCut) {
        near.destroy();
        return;
      }
      const far = connect(Number(to.port), to.hostname);
      for (const [one, other] of [[near, far], [far, near]] as const) {
        this.sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class OwnServer {
  readonly database = new Line(new URL(process.env.DATABASE_URL!));
  private readonly folder = mkdtempSync(join(tmpdir(), 'lyceum-own.'));
  private readonly log = openSync('target/test/own-server.log', 'a');
  private process?: ChildProcess;
  private settings: NodeJS.ProcessEnv = {};
  url = '';
  /** Its database, by a way that is never cut. */
  databaseUrl = '';

  /** Starts it; it may go to the provider at `egress` (host:port). Settings may depend on its address. With `ownDatabase` nobody has been on it yet. */
  async start(egress: string, more: NodeJS.ProcessEnv | ((url: string) => NodeJS.ProcessEnv) = {}, ownDatabase?: string): Promise<void> {
    const port = await freePort();
    const database = new URL(process.env.DATABASE_URL!);
    if (ownDatabase) {
      execFileSync(join(process.env.LYCEUM_POSTGRES_DIR!, 'bin/psql'), [database.href, '--quiet', '-c', `create database ${ownDatabase}`]);
      database.pathname = `/${ownDatabase}`;
    }
    this.databaseUrl = database.href;
    database.port = String(await this.database.open());
    this.url = `http://127.0.0.1:${port}`;
    this.settings = {
      ...process.env, DATABASE_URL: database.href, LYCEUM_LISTEN_ADDR: `127.0.0.1:${port}`, LYCEUM_DATA_DIR: this.folder, LYCEUM_EGRESS_ALLOW: egress,
      ...(typeof more === 'function' ? more(this.url) : more),
    };
    await this.startAgain();
  }

  /** The same server at the same address, as after a crash. */
  async startAgain(): Promise<void> {
    this.process = spawn(process.env.LYCEUM_BINARY!, { env: this.settings, stdio: ['ignore', this.log, this.log] });
    await this.ready();
  }

  /** Runs another command of the program with the same settings; what it prints. */
  async run(...command: string[]): Promise<string> {
    return (await promisify(execFile)(process.env.LYCEUM_BINARY!, command, { env: this.settings })).stdout;
  }

  /** Waits until it says that it is. */
  async ready(): Promise<void> {
    while (!(await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.ok, () => false))) {
      if (this.hasEnded()) throw new Error('The server ended instead of becoming ready: see target/test/own-server.log');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private hasEnded(): boolean {
    return this.process!.exitCode !== null || this.process!.signalCode !== null;
  }

  /** As a power cut would: nothing is said, nothing is saved. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.process!.once('exit', resolve));
    this.process!.kill('SIGKILL');
    if (!this.hasEnded()) await gone;
  }

  /** Asks it to stop, which it does with 0, whatever happened to it before. */
  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process!.once('exit', (code, signal) => resolve(code ?? signal)));
    this.process!.kill('SIGTERM');
    const outcome = this.process!.exitCode ?? this.process!.signalCode ?? await gone;
    this.database.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (outcome !== 0) throw new Error(`The server ended with ${outcome}: see target/test/own-server.log`);
  }
}
