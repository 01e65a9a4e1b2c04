import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/**
 * Limits the requests of one connection without an answer, the one being served included. Node parses all that a client
 * sends at once, whether or not it reads; browsers and load balancers send one.
 */
const MAX_UNANSWERED = 16;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly serve: RequestListener;
}

/**
 * Serves the requests of a connection one after the other, in the order in which their answers must leave. A request
 * begins once all before it are answered, and never on a connection that has ended: its answer could not be sent.
 */
export class RequestPipeline {
  private readonly waiting: Exchange[] = [];
  private current: Exchange | undefined;
  private over = false;
  private atEnd: (() => void) | undefined;

  constructor(
    private readonly socket: Socket,
    /** Answers the first request over the limit, and ends the connection. */
    private readonly refuse: RequestListener,
  ) {}

  add(exchange: Exchange): void {
    if (this.over) return;
    const unanswered = this.waiting.length + (this.current === undefined ? 0 : 1);
    if (unanswered < MAX_UNANSWERED) {
      this.take(exchange);
      return;
    }
    this.stopReading();
    this.take({ ...exchange, serve: this.refuse });
  }

  /** Ends a connection that cannot be read any further: sends `answer` once every complete request has its own. */
  end(answer: () => void): void {
    if (this.over && this.atEnd !== undefined) return;
    this.stopReading();
    if (this.waiting.at(-1)?.request.complete === false) this.waiting.pop();
    if (this.current === undefined || !this.current.request.complete) answer();
    else this.atEnd = answer;
  }

  private stopReading(): void {
    this.over = true;
    this.socket.pause();
  }

  private take(exchange: Exchange): void {
    if (this.current === undefined) this.begin(exchange);
    else this.waiting.push(exchange);
  }

  private begin(exchange: Exchange): void {
    this.current = exchange;
    // Follows the end of the answer or of the connection.
    exchange.response.once('close', () => {
      this.next();
    });
    exchange.serve(exchange.request, exchange.response);
  }

  private next(): void {
    this.current = undefined;
    if (!this.socket.writable) this.waiting.length = 0;
    const exchange = this.waiting.shift();
    if (exchange !== undefined) this.begin(exchange);
    else this.atEnd?.();
  }
}
