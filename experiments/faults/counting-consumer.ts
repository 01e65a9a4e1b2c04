/**
 * The real consumer as a process, with one interceptor around its handler: it notes each run as it begins, then takes
 * its time.
 *
 *   counting-consumer.js --journal FILE [--least SECONDS --most SECONDS] [--unrecorded]
 *
 * Without times no run is noted. `--unrecorded`: nothing is written when a job is done, to see what that costs.
 */
import 'reflect-metadata';
import { type CallHandler, type ExecutionContext, type NestInterceptor, UseInterceptors } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Observable } from 'rxjs';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { idInBody } from '../../consumer/job-id';
import { JobController } from '../../consumer/job.controller';
import { run } from '../../service/run';
import { QueueConsumer, type SqsContext } from '../../transport/index';
import { recordNothing } from '../recording/record-nothing';
import { Journal } from './journal';

const { values } = parseArgs({
  options: {
    journal: { type: 'string' },
    least: { type: 'string' },
    most: { type: 'string' },
    unrecorded: { type: 'boolean', default: false },
  },
});

class CountedRuns implements NestInterceptor {
  constructor(
    private readonly journal: Journal,
    private readonly seconds: { readonly least: number; readonly most: number },
  ) {}

  async intercept(execution: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const rpc = execution.switchToRpc();
    this.journal.run(idInBody(rpc.getData<unknown>()) ?? 'unknown');
    const { least, most } = this.seconds;
    const { signal } = rpc.getContext<SqsContext>();
    await wait((least + Math.random() * (most - least)) * 1_000, undefined, { signal });
    return next.handle();
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const journal = new Journal(values.journal ?? '');
if (values.least !== undefined && values.most !== undefined) {
  UseInterceptors(new CountedRuns(journal, { least: Number(values.least), most: Number(values.most) }))(JobController);
}

void run({
  name: 'Counting consumer',
  portVariable: 'CONSUMER_PORT',
  check: consumerFaults,
  create: createConsumer,
  async listen(app) {
    if (values.unrecorded) recordNothing(app);
    const busy = { from: 0, to: 0 };
    app.get(QueueConsumer).onSettled(({ delivery, action, settledAt }) => {
      if (action === 'dead-letter') journal.deadLetter(delivery.messageId, delivery.receiveCount);
      busy.from ||= delivery.receivedAt;
      busy.to = settledAt;
    });
    await app.init();
    const before = cpuMs();
    process.on('exit', () => {
      journal.cpu(cpuMs() - before);
      journal.busy(busy.to - busy.from);
    });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    process.send?.('listening');
  },
  unreturned: (app) => app.get(QueueConsumer).unreturned,
});
