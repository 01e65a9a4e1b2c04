import { STATUS_CODES } from 'node:http';
import { type Fault, MAX_FAULTS } from '../contract/fault';

interface ProblemExtras {
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** An answer that is an error, as RFC 9457 says. Thrown from anywhere behind a route. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly Fault[];

  constructor(
    readonly status: number,
    readonly detail: string,
    { errors = [], headers = {} }: ProblemExtras = {},
  ) {
    super(detail);
    this.errors = errors.slice(0, MAX_FAULTS);
    this.headers = headers;
  }

  get title(): string {
    return STATUS_CODES[this.status] ?? 'Error';
  }

  /** `about:blank`: the status says what kind of problem it is, the detail which. */
  toJSON(): Record<string, unknown> {
    const { title, status, detail, errors } = this;
    return { type: 'about:blank', title, status, detail, ...(errors.length > 0 && { errors }) };
  }
}

export const invalidBody = (errors: readonly Fault[]): Problem =>
  new Problem(400, 'The body is not valid.', { errors });

/** 503 with `Retry-After`: the caller sends the same request again. */
export const unavailable = (detail: string, retryAfterSeconds: number): Problem =>
  new Problem(503, detail, { headers: { 'retry-after': String(retryAfterSeconds) } });

/** Ends the connection with the answer, since the unread body may be endless. */
export const CLOSE = { connection: 'close' } as const;

export const tooManyRequests = (): Problem =>
  new Problem(429, 'Too many requests.', { headers: { 'retry-after': '1' } });

/** Headers of every answer, unless a route says otherwise. */
export const COMMON_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;
