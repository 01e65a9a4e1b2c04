import { type Counter, type Histogram, type Labels, type Metrics } from './metrics';

interface EmfOptions {
  readonly namespace: string;
  /** On every line, such as the service's name. CloudWatch bills each combination of values as metrics of its own. */
  readonly dimensions: Labels;
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
}

type Unit = 'Count' | 'Seconds' | 'Bytes';

/** What was counted since the last line. */
interface Growth {
  readonly unit: Unit;
  value: number;
}

/** CloudWatch takes up to 100 metrics of a directive. */
const MAX_PER_DIRECTIVE = 100;

const LINE_EVERY_MS = 1_000;

/**
 * Writes metrics in CloudWatch's embedded metric format, for functions, which nothing scrapes: a line holds what was
 * counted since the one before. Types are added up, other labels stand at the end of the name, and of a histogram there
 * are sum and count, since each name is a metric that is paid for. Gauges are not written: between two events nothing is
 * in flight. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
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

  /** At once, unless there was a line within a second: then as soon as that is over. */
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
    const values = [...growths].map(([name, { value }]): [string, number] => [name, value]);
    return {
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives },
      ...dimensions,
      ...Object.fromEntries(values),
    };
  }

  private growths(): Map<string, Growth> {
    const growths = new Map<string, Growth>();
    const add = (name: string, unit: Unit, value: number): void => {
      const known = growths.get(name);
      if (known) known.value += value;
      else growths.set(name, { unit, value });
    };
    for (const family of this.metrics.collect()) {
      if (family.kind === 'gauge') continue;
      for (const { labels, value } of family.series) {
        const { count, sum } = this.growthOf(value);
        if (count === 0) continue;
        const name = [family.name, ...namedLabels(labels)].join('_');
        if (sum === undefined) add(name, unitOf(family.name), count);
        else {
          add(`${name}_count`, 'Count', count);
          add(`${name}_sum`, unitOf(family.name), sum);
        }
      }
    }
    return growths;
  }

  private growthOf(value: Counter | Histogram): Numbers {
    const now = numbersOf(value);
    const before = this.written.get(value);
    this.written.set(value, now);
    return {
      count: now.count - (before?.count ?? 0),
      sum: now.sum === undefined ? undefined : now.sum - (before?.sum ?? 0),
    };
  }
}

/** `sum` is a histogram's. */
interface Numbers {
  readonly count: number;
  readonly sum: number | undefined;
}

const numbersOf = (value: Counter | Histogram): Numbers =>
  'sum' in value ? { count: value.count, sum: value.sum } : { count: value.value, sum: undefined };

/** By type there would be as many metrics to pay for as there are job types. */
const namedLabels = (labels: Labels): string[] =>
  Object.entries(labels).flatMap(([label, text]) => (label === 'type' ? [] : [text]));

function unitOf(name: string): Unit {
  if (/_seconds(_total)?$/.test(name)) return 'Seconds';
  return /_bytes(_total)?$/.test(name) ? 'Bytes' : 'Count';
}
