/** What is measured; every kind of run knows some of them. */
export type FigureName =
  | 'perSecond'
  | 'cpuMicros'
  | 'brokerCpuMicros'
  | 'callsPerMessage'
  | 'inQueueP50'
  | 'inQueueP99'
  | 'endToEndP50'
  | 'endToEndP99'
  | 'peakMiB'
  | 'memoryGrowth'
  | 'ofLimit'
  | 'pollsPer20s'
  | 'startMs';

export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** One peer, once. */
export interface Run {
  readonly workload: string;
  readonly peer: string;
  readonly round: number;
  readonly messages: number;
  readonly figures: Figures;
  /** SQS calls per message, by kind. */
  readonly calls: Readonly<Record<string, number>>;
  /** What makes the run invalid. */
  readonly faults: readonly string[];
}

export const sumOf = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((sum, value) => sum + value, 0);

/** Each divided by the number of messages; kinds that did not happen are left out. */
export const perMessage = (calls: Readonly<Record<string, number>>, messages: number): Record<string, number> =>
  Object.fromEntries(
    Object.entries(calls)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => [kind, count / messages]),
  );
