/** The values of a series' labels, by name. They come from closed sets, so that no message can create a series. */
export type Labels = Readonly<Record<string, string>>;

interface Description {
  /** In base units, with the unit at its end, and `_total` at the end of a counter's: `plusone_handling_seconds`. */
  readonly name: string;
  /** What it counts or measures, in one sentence. */
  readonly help: string;
}

/** A number that only grows. */
export class Counter {
  value = 0;

  add(by = 1): void {
    this.value += by;
  }
}

/** Counts values by fixed buckets. */
export class Histogram {
  /** One for each bucket alone, and last one for what is above all bounds. */
  readonly counts: number[];
  sum = 0;

  /** `bounds`: the upper ends of the buckets, which they include, in ascending order. */
  constructor(readonly bounds: readonly number[]) {
    this.counts = [...bounds.map(() => 0), 0];
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** A negative value, which a step of the clock can cause, counts as 0, and so does NaN. */
  observe(value: number): void {
    const seen = value > 0 ? value : 0;
    let at = 0;
    while (seen > (this.bounds[at] ?? Infinity)) at += 1;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += seen;
  }
}

/** Read when someone asks. */
interface Gauge {
  readonly read: () => number;
}

/** One combination of label values, and its numbers. */
interface Series<Value> {
  readonly labels: Labels;
  readonly value: Value;
}

interface Kinds {
  readonly counter: Counter;
  readonly gauge: Gauge;
  readonly histogram: Histogram;
}

type FamilyOf<Kind extends keyof Kinds> = Description & {
  readonly kind: Kind;
  readonly series: readonly Series<Kinds[Kind]>[];
};

/** A metric with all its series. */
export type Family = { [Kind in keyof Kinds]: FamilyOf<Kind> }[keyof Kinds];

interface OpenFamily extends Description {
  readonly kind: keyof Kinds;
  readonly byLabels: Map<string, Series<unknown>>;
}

/**
 * The numbers of a process. Users look their counter up once and keep it. A count costs an addition, and is made
 * whether or not anyone reads it.
 */
export class Metrics {
  private readonly families = new Map<string, OpenFamily>();
  private readonly writers: (() => void)[] = [];

  /** The counter of these labels: the same one whenever it is asked for. */
  counter(description: Description, labels: Labels = {}): Counter {
    return this.series('counter', description, { labels, make: () => new Counter() });
  }

  histogram(description: Description & { readonly bounds: readonly number[] }, labels: Labels = {}): Histogram {
    return this.series('histogram', description, { labels, make: () => new Histogram(description.bounds) });
  }

  /** A later `read` for the same labels replaces the earlier. */
  gauge(description: Description, read: () => number, labels: Labels = {}): void {
    const { byLabels } = this.family('gauge', description);
    byLabels.set(keyOf(labels), { labels, value: { read } satisfies Gauge });
  }

  /** All metrics as they stand, in the order in which they were described. */
  collect(): readonly Family[] {
    return [...this.families.values()].map(
      ({ name, help, kind, byLabels }) => ({ name, help, kind, series: [...byLabels.values()] }) as Family,
    );
  }

  /**
   * Registers what writes by itself, to be called before the process may be frozen, as a function is between two
   * events.
   */
  onFlush(write: () => void): void {
    this.writers.push(write);
  }

  flush(): void {
    for (const write of this.writers) write();
  }

  private series<Value>(
    kind: keyof Kinds,
    description: Description,
    { labels, make }: { readonly labels: Labels; readonly make: () => Value },
  ): Value {
    const { byLabels } = this.family(kind, description);
    const key = keyOf(labels);
    const known = byLabels.get(key) as Series<Value> | undefined;
    if (known) return known.value;
    const value = make();
    byLabels.set(key, { labels, value });
    return value;
  }

  private family(kind: keyof Kinds, { name, help }: Description): OpenFamily {
    const known = this.families.get(name) ?? { name, help, kind, byLabels: new Map() };
    if (known.kind !== kind) throw new TypeError(`The metric ${name} is a ${known.kind}, and no ${kind}.`);
    this.families.set(name, known);
    return known;
  }
}

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
