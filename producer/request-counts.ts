import { type Counter, type Metrics } from '../transport/index';
import { type Refusals } from './refusals';

/** Notified of each answer, wherever it came from. */
export interface Answers {
  count(status: number): void;
}

const REQUESTS = { name: 'plusone_requests_total', help: 'Requests that were answered, health checks included.' };
const REFUSED = {
  name: 'plusone_refused_total',
  help: 'Requests, and lines of requests in bulk, that were not served.',
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'unknown-caller',
  404: 'not-found',
  405: 'method',
  408: 'too-slow',
  413: 'too-large',
  415: 'media-type',
  417: 'expectation',
  421: 'unknown-host',
  422: 'conflict',
  429: 'too-many',
  431: 'headers-too-large',
  500: 'fault',
  503: 'unavailable',
};

const OTHER = 'other';

/** Counts requests by how they ended, and refusals by why. */
export class RequestCounts implements Answers {
  private readonly ok: Counter;
  private readonly refused: Counter;
  private readonly failed: Counter;
  private readonly byStatus: ReadonlyMap<number, Counter>;
  private readonly other: Counter;

  constructor(
    private readonly metrics: Metrics,
    /** Logs refusals. */
    private readonly refusals: Pick<Refusals, 'count'>,
  ) {
    this.ok = metrics.counter(REQUESTS, { outcome: 'ok' });
    this.refused = metrics.counter(REQUESTS, { outcome: 'refused' });
    this.failed = metrics.counter(REQUESTS, { outcome: 'failed' });
    const ofReason = (reason: string): Counter => metrics.counter(REFUSED, { reason });
    this.byStatus = new Map(Object.entries(REASONS).map(([status, reason]) => [Number(status), ofReason(reason)]));
    this.other = ofReason(OTHER);
  }

  count(status: number): void {
    this.refusals.count(status);
    if (status < 400) this.ok.add();
    else {
      (status < 500 ? this.refused : this.failed).add();
      this.refuse(status);
    }
    this.metrics.flush();
  }

  /** A line of a request in bulk was refused. */
  refuse(status: number): void {
    (this.byStatus.get(status) ?? this.other).add();
  }
}
