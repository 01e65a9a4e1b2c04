import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What the provider does with a request instead of paying. */
type Mood = (response: ServerResponse, payment: string) => void;

/** A payment provider for tests: pays once per key, and answers as its next mood says, if it has one. */
export class PaymentProvider {
  /** Payments made, by key. */
  readonly paid = new Map<string, string>();
  /** When each request came, by a clock that is not stepped, in ms. */
  readonly askedAt: number[] = [];
  private readonly moods: Mood[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      request.resume().on('end', () => {
        this.answer(request, response);
      });
    });
  }

  static async start(): Promise<PaymentProvider> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PaymentProvider(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next request finds it busy: nothing is paid. */
  busyOnce(retryAfter: string): void {
    this.moods.push((response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
  }

  /** The next request is paid, and the answer is lost: the caller cannot know that it was. */
  breakDownAfterPayingOnce(): void {
    this.moods.push((response, key) => {
      this.pay(key);
      response.destroy();
    });
  }

  declineOnce(): void {
    this.moods.push((response) => response.writeHead(402).end());
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.askedAt.push(performance.now());
    const key = String(request.headers['idempotency-key']);
    const mood = this.moods.shift();
    if (mood) mood(response, key);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: this.pay(key) }));
  }

  private pay(key: string): string {
    const payment = this.paid.get(key) ?? `payment-${this.paid.size + 1}`;
    this.paid.set(key, payment);
    return payment;
  }
}
