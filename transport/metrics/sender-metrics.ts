import { type Counter, type Histogram, type Labels, type Metrics } from './metrics';

/** SQS takes up to ten entries in a call. */
const BATCH_BOUNDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const SENDS = { name: 'plusone_sends_total', help: 'Messages to send, by what became of them.' };

/** What is counted of the messages sent to one queue. */
export class SenderMetrics {
  readonly batchMessages: Histogram;
  readonly accepted: Counter;
  readonly refused: Counter;
  readonly failed: Counter;

  /** `labels`: `queue` where there are several. */
  constructor(metrics: Metrics, labels: Labels = {}) {
    this.batchMessages = metrics.histogram(
      { name: 'plusone_sent_batch_messages', help: 'Messages in each batch call.', bounds: BATCH_BOUNDS },
      labels,
    );
    const ofOutcome = (outcome: string): Counter => metrics.counter(SENDS, { ...labels, outcome });
    this.accepted = ofOutcome('accepted');
    this.refused = ofOutcome('refused');
    this.failed = ofOutcome('failed');
  }
}
