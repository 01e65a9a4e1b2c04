import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type LedgerLine } from './history';
import { PAYMENT } from './jobs';

/** Where payments are made: like any good provider it makes one for a key, however often it is asked. */
export class Provider {
  private readonly payments = new Map<string, LedgerLine>();

  private constructor(private readonly server: Server) {
    server.on('request', ({ headers }, response) => {
      const job = String(headers['idempotency-key']);
      const payment = { job, type: PAYMENT.type, number: Number(headers['x-number']), at: Date.now() };
      if (!this.payments.has(job)) this.payments.set(job, payment);
      response.end();
    });
  }

  static async open(): Promise<Provider> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Provider(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get ledger(): readonly LedgerLine[] {
    return [...this.payments.values()];
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
