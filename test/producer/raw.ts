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

  get received(): string {
    return this.text;
  }

  send(bytes: string | Uint8Array): void {
    if (!this.closed) this.socket.write(bytes);
  }

  /** The first answer; one that says it closes the connection gets a second to do so. */
  async answer({ withinMs = 10_000 } = {}): Promise<RawAnswer> {
    const deadline = performance.now() + withinMs;
    let answer = this.parsed();
    while (answer === undefined) {
      if (this.closed || performance.now() > deadline) throw new Error(`no answer, but: ${this.text.slice(0, 300)}`);
      await this.change(deadline - performance.now());
      answer = this.parsed();
    }
    const milliseconds = performance.now() - this.since;
    const closing = performance.now() + 1_000;
    while (!this.closed && answer.headers['connection'] === 'close' && performance.now() < closing) {
      await this.change(closing - performance.now());
    }
    return { ...answer, closed: this.closed, milliseconds };
  }

  end(): void {
    this.socket.destroy();
  }

  /** Unlike after an end, the other side knows at once that nobody reads any more. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  private async change(withinMs: number): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const timer = setTimeout(() => {
      waiting.abort();
    }, withinMs);
    const events = ['data', 'close'].map((name) => once(this.socket, name, { signal }).catch(() => undefined));
    await Promise.race(events);
    clearTimeout(timer);
    waiting.abort();
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
