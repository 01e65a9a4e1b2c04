import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type AppName } from './options-compute';
import { type MessagingStack } from './messaging-stack';
import { type Alarms, FIVE_MINUTES, ONE_MINUTE } from './alarms';

/** How messages become dead letters; `other` stands for what handlers call theirs. */
const DEAD_LETTER_REASONS = [
  'attempts',
  'conflict',
  'invalid',
  'malformed',
  'other',
  'receives',
  'refused',
  'unknown-type',
  'unsettled',
  'unsupported-version',
];

const RUN_OUTCOMES = ['done', 'retry', 'reject'];

/** More than the longest delay that SQS takes, which counts as time in the queue. The end of a bucket. */
const LONG_WAIT_SECONDS = 900;

/** The apps' metrics in CloudWatch, from the lines of their logs (`METRICS=emf`; docs/telemetry.md). */
export class AppMetrics {
  private readonly queue: string;

  constructor({ jobs }: MessagingStack) {
    this.queue = jobs.queue.queueName;
  }

  runs(): Metric[] {
    return RUN_OUTCOMES.map((outcome) => this.count('consumer', `handled_total_${outcome}`, outcome));
  }

  deadLetters(): Metric[] {
    return DEAD_LETTER_REASONS.map((reason) => this.count('consumer', `dead_letters_total_${reason}`, reason));
  }

  timeInQueue(): Metric[] {
    return this.percentiles('time_in_queue_seconds');
  }

  handling(): Metric[] {
    return this.percentiles('handling_seconds');
  }

  storeCalls(): Metric[] {
    return (['consumer', 'producer'] as const).flatMap((app) =>
      ['answered', 'unavailable'].flatMap((outcome) =>
        ['read', 'write'].map((call) =>
          this.storeCall(app, call, outcome).with({ label: `${app} ${call} ${outcome}` }),
        ),
      ),
    );
  }

  storeOpenings(): Metric {
    return this.count('consumer', 'store_breaker_openings_total', 'Found unavailable');
  }

  /** Alarms for what AWS's own metrics miss: to Lambda a failed run is a success. */
  watch(alarms: Alarms): void {
    alarms.add('RunsFail', {
      metric: this.failedShare(),
      above: 0.1,
      periods: 3,
      says: 'For 15 minutes more than one run in ten has failed. The log of the consumer has each with its error.',
    });
    alarms.add('StoreUnavailable', {
      metric: this.storeUnavailable(),
      above: 0,
      periods: 2,
      says: 'The consumer does not reach its results table, or may not; jobs wait. Its log says why.',
    });
    alarms.add('TimeInQueue', {
      metric: this.metric('consumer', 'time_in_queue_seconds').with({ statistic: 'p99', period: FIVE_MINUTES }),
      above: LONG_WAIT_SECONDS,
      periods: 3,
      says: 'For 15 minutes one job in a hundred has waited longer than 15 minutes. Raise the limits of the consumer.',
    });
    alarms.add('LeasesLost', {
      metric: this.count('consumer', 'leases_lost_total', 'Leases lost').with({ period: FIVE_MINUTES }),
      above: 0,
      periods: 2,
      says: 'Leases ended while handlers ran, so that jobs run again: work holds the event loop, or SQS is out of reach.',
    });
  }

  /** Calls that failed. While the breaker is open the look for a pause goes on, and is one every two seconds. */
  private storeUnavailable(): MathExpression {
    const of = (call: string): Metric => this.storeCall('consumer', call, 'unavailable').with({ period: FIVE_MINUTES });
    return new MathExpression({
      expression: 'FILL(read, 0) + FILL(write, 0)',
      usingMetrics: { read: of('read'), write: of('write') },
      period: FIVE_MINUTES,
      label: 'Calls of the results table that failed',
    });
  }

  private failedShare(): MathExpression {
    const [done, retry, reject] = this.runs().map((metric) => metric.with({ period: FIVE_MINUTES }));
    if (!done || !retry || !reject) throw new TypeError('A run has three outcomes here.');
    const failed = 'FILL(retry, 0) + FILL(reject, 0)';
    return new MathExpression({
      expression: `(${failed}) / (${failed} + FILL(done, 0))`,
      usingMetrics: { done, retry, reject },
      period: FIVE_MINUTES,
      label: 'Share of the runs that failed',
    });
  }

  private percentiles(name: string): Metric[] {
    return ['p50', 'p99'].map((statistic) => this.metric('consumer', name).with({ statistic, label: statistic }));
  }

  private storeCall(app: AppName, call: string, outcome: string): Metric {
    return this.count(app, `store_calls_total_${call}_${outcome}`, call);
  }

  private count(app: AppName, name: string, label: string): Metric {
    return this.metric(app, name).with({ statistic: 'Sum', label });
  }

  private metric(app: AppName, name: string): Metric {
    return new Metric({
      namespace: 'Plusone',
      metricName: `plusone_${name}`,
      dimensionsMap: { service: app, queue: this.queue },
      period: ONE_MINUTE,
    });
  }
}
