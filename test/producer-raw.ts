import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The server ended the connection. */
  readonly closed: boolean;
  readonly milliseconds: number;
}

/** A client that sends whatever bytes it is told to. */
export class RawClient {
  private text = '';
  private closed = false;
  private readonly since = performance.now();

  constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => (this.text += bytes.toString('latin1')));
    socket.on('close', () => (this.closed = true));
    // A reset after the answer is a way to close, too.
    socket.on('error', () => (this.closed = true));
  }

  send(bytes: string | Uint8Array): void {
    if (!this.closed) this.socket.write(bytes);
  }

  /** The first answer, once it is complete and the connection closed or `graceMs` passed without that. */
  async answer({ withinMs = 10_000, graceMs = 300 } = {}): Promise<RawAnswer> {
    const deadline = performance.now() + withinMs;
    while (this.parsed() === undefined) {
      if (this.closed || performance.now() > deadline) throw new Error(`no answer, but: ${this.text.slice(0, 300)}`);
      await this.change(deadline - performance.now());
    }
    const milliseconds = performance.now() - this.since;
    if (!this.closed) await this.change(graceMs);
    const answer = this.parsed();
    if (answer === undefined) throw new Error('unreachable');
    return { ...answer, closed: this.closed, milliseconds };
  }

  end(): void {
    this.socket.destroy();
  }

  private async change(withinMs: number): Promise<void> {
    const signal = AbortSignal.timeout(Math.max(1, withinMs));
    const events = ['data', 'close'].map((name) => once(this.socket, name, { signal }).catch(() => undefined));
    await Promise.race(events);
  }

  private parsed(): Omit<RawAnswer, 'closed' | 'milliseconds'> | undefined {
    const text = this.text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const length = Number(headers['content-length'] ?? 0);
    const body = text.slice(end + 4, end + 4 + length);
    return body.length < length ? undefined : { status: Number(statusLine.split(' ')[1]), headers, body };
  }
}

export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return new RawClient(socket);
}

/** One exchange on a connection of its own. */
export async function sendRaw(port: number, bytes: string | Uint8Array, withinMs?: number): Promise<RawAnswer> {
  const client = await openRaw(port);
  try {
    client.send(bytes);
    return await client.answer(withinMs === undefined ? {} : { withinMs });
  } finally {
    client.end();
  }
}
