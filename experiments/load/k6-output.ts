export interface AcceptedJob {
  readonly id: string;
  /** Milliseconds since the epoch, by k6's clock: the pair's own, as both are on one machine. */
  readonly sentAt: number;
}

/** Accepted jobs as k6 wrote them down, a line `ID SENT` each. */
export interface Handover {
  readonly jobs: readonly AcceptedJob[];
  /** Lines that are no job. */
  readonly strays: readonly string[];
}

const LINE = /^([0-9a-f-]{36}) (\d{13})$/;

export function readHandover(text: string): Handover {
  const jobs: AcceptedJob[] = [];
  const strays: string[] = [];
  for (const line of text.split('\n')) {
    const [, id, sentAt] = LINE.exec(line) ?? [];
    if (id !== undefined) jobs.push({ id, sentAt: Number(sentAt) });
    else if (line !== '') strays.push(line);
  }
  return { jobs, strays };
}

export interface Threshold {
  /** `failed_requests: rate==0` */
  readonly name: string;
  readonly ok: boolean;
}

/** Milliseconds. */
export interface Latency {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

/** What k6 counted. */
export interface Summary {
  readonly accepted: number;
  readonly requests: number;
  /** Shares of the requests. */
  readonly failedShare: number;
  readonly refusedShare: number;
  /** Arrivals that found no free virtual user. */
  readonly dropped: number;
  readonly requestMs: Latency;
  readonly thresholds: readonly Threshold[];
}

interface Metric {
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

type Metrics = Readonly<Record<string, Metric | undefined>>;

function metricsOf(text: string): Metrics {
  const summary: unknown = JSON.parse(text);
  if (typeof summary === 'object' && summary !== null && 'metrics' in summary) return summary.metrics as Metrics;
  throw new Error('k6 left a summary without metrics.');
}

/** Of the JSON that k6 hands to `handleSummary`. */
export function readSummary(text: string): Summary {
  const metrics = metricsOf(text);
  const value = (metric: string, name: string): number => metrics[metric]?.values[name] ?? 0;
  const ms = (name: string): number => value('http_req_duration', name);
  return {
    accepted: value('accepted_jobs', 'count'),
    requests: value('http_reqs', 'count'),
    failedShare: value('failed_requests', 'rate'),
    refusedShare: value('refused_requests', 'rate'),
    dropped: value('dropped_iterations', 'count'),
    requestMs: { median: ms('med'), p95: ms('p(95)'), p99: ms('p(99)'), most: ms('max') },
    thresholds: Object.entries(metrics).flatMap(([metric, facts]) =>
      Object.entries(facts?.thresholds ?? {}).map(([rule, { ok }]) => ({ name: `${metric}: ${rule}`, ok })),
    ),
  };
}
