import { type Counter, type Histogram, type Labels, type Metrics } from './metrics';

interface EmfOptions {
  readonly namespace: string;
  /**
   * Stand on every line, such as the service's name. CloudWatch bills each combination of values as separate metrics.
   */
  readonly dimensions: Labels;
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
}

type Unit = 'Count' | 'Seconds' | 'Bytes';

/**
 * `counts`: one for each bucket alone, and last one for what is above all bounds. A counter has one number and no
 * bounds.
 */
interface Numbers {
  readonly counts: readonly number[];
  readonly sum: number;
}

/** What was counted since the last line. */
interface Growth extends Numbers {
  readonly unit: Unit;
  readonly bounds: readonly number[] | undefined;
}

/** CloudWatch takes up to 100 metrics of a directive. */
const MAX_PER_DIRECTIVE = 100;

const LINE_EVERY_MS = 1_000;

/**
 * Writes metrics in CloudWatch's embedded metric format, where nothing scrapes. A line holds what was counted since the
 * line before. Types are added up, and other labels stand at the end of the name, since each name is
 * a metric that is paid for. Gauges are not written: a line says what happened, not what is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmfWriter {
  private readonly written = new Map<Counter | Histogram, Numbers>();
  private lastAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly options: EmfOptions,
  ) {}

  /** Writes a line at once, unless nothing was counted. */
  readonly flush = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastAt = performance.now();
    const growths = this.growths();
    if (growths.size > 0) this.options.write(JSON.stringify(this.lineOf(growths)));
  };

  /** Writes at once, or when a second has passed since the last line. */
  flushSoon(): void {
    const leftMs = this.lastAt + LINE_EVERY_MS - performance.now();
    if (leftMs <= 0) this.flush();
    else this.timer ??= setTimeout(this.flush, leftMs);
  }

  private lineOf(growths: ReadonlyMap<string, Growth>): Record<string, unknown> {
    const { namespace, dimensions } = this.options;
    const all = [...growths].map(([Name, { unit }]) => ({ Name, Unit: unit }));
    const directives = [];
    for (let from = 0; from < all.length; from += MAX_PER_DIRECTIVE) {
      const Metrics = all.slice(from, from + MAX_PER_DIRECTIVE);
      directives.push({ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics });
    }
    const values = [...growths].map(([name, growth]): [string, unknown] => [name, valueOf(growth)]);
    return {
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives },
      ...dimensions,
      ...Object.fromEntries(values),
    };
  }

  private growths(): Map<string, Growth> {
    const growths = new Map<string, Growth>();
    for (const family of this.metrics.collect()) {
      if (family.kind === 'gauge') continue;
      for (const { labels, value } of family.series) {
        const grown = this.growthOf(value);
        if (grown.counts.every((count) => count === 0)) continue;
        const name = [family.name, ...namedLabels(labels)].join('_');
        const unit = unitOf(family.name);
        const bounds = 'bounds' in value ? value.bounds : undefined;
        growths.set(name, { unit, bounds, ...added(grown, growths.get(name)) });
      }
    }
    return growths;
  }

  private growthOf(value: Counter | Histogram): Numbers {
    const now = numbersOf(value);
    const before = this.written.get(value);
    this.written.set(value, now);
    return {
      counts: now.counts.map((count, at) => count - (before?.counts[at] ?? 0)),
      sum: now.sum - (before?.sum ?? 0),
    };
  }
}

const numbersOf = (value: Counter | Histogram): Numbers =>
  'bounds' in value ? { counts: [...value.counts], sum: value.sum } : { counts: [value.value], sum: value.value };

const added = (one: Numbers, other: Numbers | undefined): Numbers => ({
  counts: one.counts.map((count, at) => count + (other?.counts[at] ?? 0)),
  sum: one.sum + (other?.sum ?? 0),
});

/**
 * A number, or a distribution in the form of AWS's own exporters, from which CloudWatch has percentiles. A bucket
 * stands for its values by its upper end; what is above all bounds counts as the highest.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/exporter/awsemfexporter/metric_translator.go
 */
function valueOf({ bounds, counts, sum }: Growth): unknown {
  if (!bounds) return sum;
  const highest = bounds.length - 1;
  const folded = bounds.map((_, at) => (counts[at] ?? 0) + (at === highest ? (counts[at + 1] ?? 0) : 0));
  const filled = bounds.flatMap((bound, at) => (folded[at] ? [{ bound, count: folded[at], at }] : []));
  const [first] = filled;
  return {
    Values: filled.map(({ bound }) => bound),
    Counts: filled.map(({ count }) => count),
    Count: filled.reduce((total, { count }) => total + count, 0),
    Sum: sum,
    Min: bounds[(first?.at ?? 0) - 1] ?? 0,
    Max: filled.at(-1)?.bound,
  };
}

/** Leaves out `type`: each job type would be another metric to pay for. */
const namedLabels = (labels: Labels): string[] =>
  Object.entries(labels).flatMap(([label, text]) => (label === 'type' ? [] : [text]));

function unitOf(name: string): Unit {
  if (/_seconds(_total)?$/.test(name)) return 'Seconds';
  return /_bytes(_total)?$/.test(name) ? 'Bytes' : 'Count';
}
