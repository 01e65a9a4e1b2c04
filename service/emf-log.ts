import { queueNameOf } from '../contract/queue-name';
import { type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EmfWriter, type Metrics } from '../transport/index';

/** Which service writes, and where it runs. */
export interface EmfPlace {
  readonly service: 'producer' | 'consumer';
  readonly queueUrl: string;
  readonly onLambda: boolean;
}

/** The interval where nothing announces that the process will be frozen. CloudWatch keeps metrics by the minute. */
const EVERY_MS = 60_000;

/**
 * Metrics as lines of the log: on Lambda a line for each event, or one a second for requests, elsewhere each minute.
 */
export class EmfLog implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly writer: EmfWriter;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    metrics: Metrics,
    private readonly place: EmfPlace,
  ) {
    const { service, queueUrl, onLambda } = place;
    const queue = queueNameOf(queueUrl);
    this.writer = new EmfWriter(metrics, {
      namespace: 'Plusone',
      dimensions: { service, queue },
      write: (line) => process.stdout.write(`${line}\n`),
    });
    if (!onLambda) return;
    metrics.onFlush(() => {
      if (service === 'producer') this.writer.flushSoon();
      else this.writer.flush();
    });
  }

  onApplicationBootstrap(): void {
    if (!this.place.onLambda) this.timer = setInterval(this.writer.flush, EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.writer.flush();
  }
}
