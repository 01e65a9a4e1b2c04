import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A proxy as a company has it: it alone resolves the names of what is outside, here to ports of this machine. */
export class ForwardProxy {
  /** `sqs.outside.test:4100`, as it was asked for, in order. */
  readonly asked: string[] = [];

  private constructor(private readonly server: Server) {
    server.on('connect', (incoming, socket) => {
      const target = incoming.url ?? '';
      this.asked.push(target);
      const upstream = connect(Number(target.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [upstream, socket]) end.on('error', () => upstream.destroy());
      socket.on('close', () => upstream.destroy());
    });
    server.on('request', (incoming, outgoing) => {
      const { host, port, pathname: path } = new URL(incoming.url ?? '');
      this.asked.push(host);
      const { method, headers } = incoming;
      const upstream = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
        answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
      });
      upstream.on('error', () => outgoing.destroy());
      incoming.pipe(upstream);
    });
  }

  static async start(): Promise<ForwardProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ForwardProxy(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
