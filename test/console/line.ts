import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a browser reaches a console by, so that a test can cut it and lead it elsewhere. */
export class Line {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private port: number | undefined;

  private constructor() {
    this.server = createServer((near) => {
      if (this.port === undefined) {
        near.destroy();
        return;
      }
      const far = connect(this.port, '127.0.0.1');
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  static async to(address: string): Promise<Line> {
    const line = new Line();
    line.server.listen(0, '127.0.0.1');
    await once(line.server, 'listening');
    line.lead(address);
    return line;
  }

  lead(address: string): void {
    this.port = Number(new URL(address).port);
  }

  /** The address of a console as a browser reaches it by this line. */
  by(address: string): string {
    const url = new URL(address);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  cut(): void {
    this.port = undefined;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}
