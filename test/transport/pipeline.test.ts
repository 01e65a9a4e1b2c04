import {
  ArgumentMetadata,
  Catch,
  Controller,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { IsInt } from 'class-validator';
import { delay, of, throwError, type Observable } from 'rxjs';
import { Rejection, SqsContext, SqsStrategy } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { Log } from '../harness/log';

const broker = withBroker();
afterEach(stopConsumers);

const seen: string[] = [];
beforeEach(() => seen.splice(0));

@Injectable()
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    seen.push(`guard ${context.switchToRpc().getContext<SqsContext>().messageId.length > 0 ? 'with context' : ''}`);
    return true;
  }
}

@Injectable()
class Interceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    seen.push('interceptor');
    return next.handle().pipe(delay(20));
  }
}

@Injectable()
class Pipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    if (type === 'body') seen.push('pipe');
    return value;
  }
}

class Refused extends Error {}

@Catch(Refused)
class Filter implements ExceptionFilter {
  catch(_error: Refused, host: ArgumentsHost): Observable<never> {
    seen.push(`filter ${host.getType()}`);
    return throwError(() => new Rejection('refused', 'the filter says no'));
  }
}

class Invoice {
  @IsInt()
  readonly cents: number;
}

@Controller()
@UseGuards(Guard)
@UseInterceptors(Interceptor)
@UseFilters(Filter)
class Invoices {
  @EventPattern('invoice')
  @UsePipes(Pipe, new ValidationPipe())
  pay(@Payload() invoice: Invoice): Observable<number> {
    seen.push(`paid ${invoice.cents}`);
    return of(invoice.cents).pipe(delay(20));
  }

  @EventPattern('refund', { version: 2 })
  refund(@Ctx() context: SqsContext): void {
    seen.push(`refund ${context.attributes['version']?.StringValue ?? '1'}`);
    throw new Refused();
  }
}

const start = async (): Promise<{ queueUrl: string; deadLetterQueueUrl: string }> => {
  const queues = await broker().createQueues();
  await startConsumer({ broker: broker(), queues, controllers: [Invoices] });
  return queues;
};

const text = (value: string): { DataType: string; StringValue: string } => ({ DataType: 'String', StringValue: value });

it('runs guards, interceptors and pipes around a handler of any message type', async () => {
  const { queueUrl } = await start();
  await broker().send(queueUrl, '{"cents":5}', { MessageAttributes: { type: text('invoice') } });
  await eventually(() => broker().isEmpty(queueUrl));
  expect(seen).toEqual(['guard with context', 'interceptor', 'pipe', 'paid 5']);
});

it('gives an error to the filter, and its answer decides', async () => {
  const { queueUrl, deadLetterQueueUrl } = await start();
  await broker().send(queueUrl, '{}', { MessageAttributes: { type: text('refund'), version: text('2') } });
  const [message] = await deadLetters(broker(), deadLetterQueueUrl);
  expect(whyOf(message ?? {})).toMatchObject({ reason: 'refused', error: 'the filter says no' });
  expect(seen).toEqual(['guard with context', 'interceptor', 'refund 2', 'filter rpc']);
});

it('dead-letters what a ValidationPipe refuses at its first delivery', async () => {
  const { queueUrl, deadLetterQueueUrl } = await start();
  await broker().send(queueUrl, '{"cents":0.5}', { MessageAttributes: { type: text('invoice') } });
  const [message] = await deadLetters(broker(), deadLetterQueueUrl);
  expect(whyOf(message ?? {}).reason).toBe('invalid');
  expect(message?.Body).toBe('{"cents":0.5}');
  expect(message?.MessageAttributes?.['type']?.StringValue).toBe('invoice');
});

it.each([
  ['unknown-type', { type: text('toString') }],
  ['unsupported-version', { type: text('invoice'), version: text('2') }],
  ['unsupported-version', { type: text('invoice'), version: text('one') }],
])('dead-letters with reason %s', async (reason, MessageAttributes) => {
  const { queueUrl, deadLetterQueueUrl } = await start();
  await broker().send(queueUrl, '{"cents":1}', { MessageAttributes });
  const [message] = await deadLetters(broker(), deadLetterQueueUrl);
  expect(whyOf(message ?? {}).reason).toBe(reason);
  expect(seen).toEqual([]);
});

it('waits for the handler before it deletes', async () => {
  const queues = await broker().createQueues();
  const script = new Script();
  let release = (): void => undefined;
  script.become(() => new Promise<void>((resolve) => (release = resolve)));
  await startConsumer({ broker: broker(), queues, ...scripted(script) });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  expect((await broker().depth(queues.queueUrl)).inFlight).toBe(1);
  release();
  await eventually(() => broker().isEmpty(queues.queueUrl));
});

it("an application's hooks that fail: at the start it is a failed run, at the end it is logged", async () => {
  const queues = await broker().createQueues();
  const script = new Script();
  const logger = new Log();
  const { app } = await startConsumer({ broker: broker(), queues, ...scripted(script), logger });
  const strategy = app.get(SqsStrategy);
  let starts = 0;
  const startHook = async (_transport: unknown, _context: unknown, work: () => unknown): Promise<void> => {
    starts += 1;
    await Promise.resolve();
    if (starts === 1) throw new Error('no context');
    void work();
  };
  strategy.setOnProcessingStartHook(startHook as Parameters<typeof strategy.setOnProcessingStartHook>[0]);
  strategy.setOnProcessingEndHook(() => {
    throw new Error('a bad end');
  });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect({ starts, runs: script.runs.length }).toEqual({ starts: 2, runs: 1 });
  expect(logger.matching(/attempt 1 of 5 failed: Error: no context/)).toHaveLength(1);
  expect(logger.matching(/^error The hook for the end of processing failed: Error: a bad end$/)).toHaveLength(1);
});
