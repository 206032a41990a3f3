/** The line between a till and a stand-in. It can break so that what was asked is done, and nobody hears the answer. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export class Line {
  private readonly server: Server;
  private isDead = false;
  /** The line dies with the answer to the first request whose path has this in it. */
  private diesAt: string | null = null;

  private constructor(private readonly far: URL) {
    this.server = createServer((asked, answer) => this.carry(asked, answer));
  }

  static async to(far: string): Promise<Line> {
    const line = new Line(new URL(far));
    line.server.listen(0, '127.0.0.1');
    await once(line.server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next request of this path is carried out; its answer is lost, and so is every one after it. */
  dieAt(path: string): void {
    this.diesAt = path;
  }

  /** The line has died. */
  get dead(): boolean {
    return this.isDead;
  }

  mend(): void {
    this.isDead = false;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path = '/', headers } = asked;
    const far = { host: this.far.hostname, port: this.far.port, method, path, headers };
    const forwarded = request(far, (answered) => {
      if (this.diesAt !== null && path.includes(this.diesAt)) {
        this.diesAt = null;
        this.isDead = true;
      }
      if (this.isDead) {
        answered.resume();
        asked.socket.destroy();
        return;
      }
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    forwarded.on('error', () => asked.socket.destroy());
    asked.pipe(forwarded);
  }
}
