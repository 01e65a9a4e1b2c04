import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What the frontend ends a round trip by: a simple query, and Sync.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const ROUND_TRIPS: readonly number[] = [0x51, 0x53];

/**
 * What becomes of bytes for the server: `drop`: never sent, and no answer; `swallow`: sent, and no answer; `cut`: never
 * sent, and the connection is reset; `reset`: sent, and the connection is reset instead of an answer.
 */
export type Fate = 'pass' | 'drop' | 'swallow' | 'cut' | 'reset' | { readonly delayMs: number };

/** Stands between clients and a PostgreSQL server. Counts round trips, and does to connections what networks do. */
export class DatabaseProxy {
  roundTrips = 0;
  rule: () => Fate = () => 'pass';
  /** Cuts the next connection that sends the text `at`: before it is passed on, or once it is answered. */
  cutting: { readonly at: string; readonly when: 'before' | 'after' } | undefined;
  /** Cuts all connections after every `every` round trips, `left` times. What was asked by then is carried out. */
  cuts = { every: 0, left: 0 };
  /** Passes nothing on, and says nothing. */
  silent = false;
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  static async start(url: string): Promise<DatabaseProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const proxy = new DatabaseProxy(server);
    server.on('connection', (client) => {
      proxy.join(client, connect(Number(port), hostname));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy.number = (server.address() as AddressInfo).port;
    return proxy;
  }

  private number = 0;

  private constructor(private readonly server: Server) {}

  get port(): string {
    return String(this.number);
  }

  /** Connections are refused, and those open cut, until `accept`. */
  async refuse(): Promise<void> {
    this.cut();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  async accept(): Promise<void> {
    if (this.server.listening) return;
    this.server.listen(this.number, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Cuts all connections. */
  cut(): void {
    for (const [client, upstream] of this.pairs) {
      client.destroy();
      upstream.end();
    }
  }

  close(): Promise<void> {
    return this.refuse();
  }

  private join(client: Socket, upstream: Socket): void {
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    client.on('data', (bytes) => {
      this.pass(bytes, pair);
    });
    upstream.on('data', (bytes) => {
      if (!this.silent) client.write(bytes);
    });
  }

  private cutIfDue(): void {
    const { every, left } = this.cuts;
    if (left === 0 || this.roundTrips % every !== 0) return;
    this.cuts = { every, left: left - 1 };
    this.cut();
  }

  private pass(bytes: Buffer, pair: readonly [Socket, Socket]): void {
    if (this.silent) return;
    const [client, upstream] = pair;
    const fate = this.rule();
    if (fate === 'cut') client.resetAndDestroy();
    if (fate === 'drop' || fate === 'cut') return;
    if (typeof fate === 'object') {
      // Nothing more is read meanwhile, so that the order is kept.
      client.pause();
      setTimeout(() => {
        this.send(bytes, pair);
        client.resume();
      }, fate.delayMs);
      return;
    }
    if (fate !== 'pass') upstream.removeAllListeners('data');
    if (fate === 'reset') upstream.once('data', () => client.resetAndDestroy());
    this.send(bytes, pair);
  }

  private send(bytes: Buffer, [client, upstream]: readonly [Socket, Socket]): void {
    this.roundTrips += roundTripsIn(bytes);
    const { cutting } = this;
    const isCut = cutting !== undefined && bytes.includes(cutting.at);
    if (isCut) this.cutting = undefined;
    if (!isCut) {
      upstream.write(bytes);
      this.cutIfDue();
    } else if (cutting.when === 'before') {
      client.destroy();
    } else {
      // The server has carried it out once it answers.
      upstream.removeAllListeners('data');
      upstream.once('data', () => client.destroy());
      upstream.write(bytes);
    }
  }
}

/**
 * Counts whole messages at the start of what was sent at once; the first of a connection has no type, and counts as
 * none.
 */
function roundTripsIn(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    const type = bytes.readUInt8(at);
    if (type === 0) return 0;
    if (ROUND_TRIPS.includes(type)) count += 1;
  }
  return count;
}

/** A server that answers every start of a connection with an error. */
export async function startRefusingServer(state: string): Promise<{ port: string; close: () => Promise<void> }> {
  const server = createServer((socket) => {
    const fields = Buffer.from(`SFATAL\0VFATAL\0C${state}\0Mas the test wants\0\0`);
    const head = Buffer.from('E\0\0\0\0');
    head.writeUInt32BE(fields.length + 4, 1);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([head, fields])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { port: String((server.address() as AddressInfo).port), close };
}
