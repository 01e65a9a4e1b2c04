import { Controller, type LoggerService, ValidationPipe } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { IsInt, IsString } from 'class-validator';
import { reject, Rejection, retry } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
afterEach(stopConsumers);

interface Line {
  readonly level: string;
  readonly message: string;
  readonly messageId?: string;
  readonly type?: string;
  readonly attempt?: number;
  readonly maxAttempts?: number;
  readonly attempts?: number;
  readonly reason?: string;
  readonly error?: string;
  readonly stack?: string;
  readonly count?: number;
  /** As a logger writes it that knows text only. */
  readonly text: string;
}

/** Keeps the lines about runs and dead letters. */
class Lines implements LoggerService {
  readonly all: Line[] = [];
  readonly log = (): void => undefined;

  warn(...args: unknown[]): void {
    this.keep('warn', args);
  }

  error(...args: unknown[]): void {
    this.keep('error', args);
  }

  /** By level, and of one message where it is given. */
  of(level: string, messageId?: string): Line[] {
    return this.all.filter((line) => line.level === level && (messageId ?? line.messageId) === line.messageId);
  }

  private keep(level: string, args: unknown[]): void {
    const [line, context] = [args[0], args.at(-1)];
    if (context === 'QueueConsumer') this.all.push({ ...(line as Line), level, text: String(line) });
  }
}

let lines: Lines;
let queues: TestQueues;
beforeEach(async () => {
  lines = new Lines();
  queues = await broker().createQueues();
});

const start = (script: Script, maxAttempts = 5): Promise<unknown> =>
  startConsumer({ broker: broker(), queues, ...scripted(script), logger: lines, numbers: { maxAttempts } });

const PAYLOAD = '{"card":"4111-1111"}';

it('says of each failed run and of the dead letter why, once', async () => {
  const refused = new Error('connect ECONNREFUSED 10.0.3.7:5432');
  const script = new Script(() => {
    throw new TypeError('fetch failed', { cause: refused });
  });
  await start(script, 2);
  const messageId = await broker().send(queues.queueUrl, PAYLOAD);
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  await eventually(() => lines.of('error').length > 0);
  const error = 'TypeError: fetch failed, caused by Error: connect ECONNREFUSED 10.0.3.7:5432';
  expect(whyOf(letter ?? {}).error).toBe(error);
  const common = { messageId, type: 'job', error };
  expect(lines.of('warn')).toMatchObject([
    { ...common, attempt: 1, maxAttempts: 2, message: `Message ${messageId} (job), attempt 1 of 2 failed: ${error}` },
    { ...common, attempt: 2, maxAttempts: 2 },
  ]);
  expect(lines.of('error')).toMatchObject([
    { ...common, reason: 'attempts', attempts: 2, message: expect.stringContaining('dead letter (attempts)') },
  ]);
  for (const { stack, text } of lines.all) {
    expect(stack).toMatch(/^TypeError: fetch failed\n {4}at [^]*\nCaused by Error: connect ECONNREFUSED[^]*\n {4}at /);
    expect(text).toContain('\n    at ');
    expect(text).not.toContain('4111');
  }
});

it('says of what is rejected why, as a dead letter alone', async () => {
  const script = new Script();
  await start(script);
  const cause = new Error('balance 3 of account 7');
  const outcomes: (() => unknown)[] = [
    () => reject('closed', 'the account is closed'),
    () => {
      throw new Rejection('closed', 'the account is closed', { cause });
    },
  ];
  for (const [place, outcome] of outcomes.entries()) {
    script.become(outcome);
    const messageId = await broker().send(queues.queueUrl, PAYLOAD);
    await eventually(() => lines.of('error').length === place + 1);
    expect(lines.of('error', messageId)).toMatchObject([{ reason: 'closed', attempts: 0 }]);
  }
  expect(lines.of('error').map(({ error }) => error)).toEqual([
    'the account is closed',
    'the account is closed, caused by Error: balance 3 of account 7',
  ]);
  expect(lines.of('warn')).toEqual([]);
});

it('says what the pipe that validates found', async () => {
  class Order {
    @IsInt()
    amount: number;

    @IsString()
    owner: string;
  }
  @Controller()
  class Orders {
    @EventPattern('job')
    take(@Payload(new ValidationPipe({ transform: true, expectedType: Order })) { amount }: Order): void {
      throw new Error(`${amount} was let through`);
    }
  }
  await startConsumer({ broker: broker(), queues, controllers: [Orders], logger: lines });
  await broker().send(queues.queueUrl, '{"amount":"4111-1111"}');
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  const error = 'BadRequestException: amount must be an integer number; owner must be a string';
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'invalid', error });
  await eventually(() => lines.of('error').length > 0);
  expect(lines.of('error')).toMatchObject([{ reason: 'invalid', error }]);
});

it('is one line, whatever the message and the error hold', async () => {
  const script = new Script(() => retry('first\r\nsecond\u2028third \u001b[31mred\u0000', 0));
  await start(script, 1);
  const type = { DataType: 'String', StringValue: `job\n${'x'.repeat(1_000)}` };
  await broker().send(queues.queueUrl, PAYLOAD, { MessageAttributes: { type } });
  await broker().send(queues.queueUrl, PAYLOAD);
  await eventually(() => lines.of('error').length === 2);
  expect(lines.all).toHaveLength(3);
  for (const { message, text } of lines.all) {
    expect(message).toMatch(/^[\x20-\x7e]{1,400}$/);
    // Beneath it the stack, where there is one.
    expect(text.split('\n    at ')[0]).toBe(message);
  }
});

it('counts what is more than ten a second of the same error, and nothing of another', async () => {
  const script = new Script((payload) => {
    const { place } = payload as { readonly place: number };
    throw place === 0 ? new RangeError('another') : new Error(`job ${place} found no account`);
  });
  await start(script, 1);
  const places = Array.from({ length: 101 }, (_, place) => place);
  await Promise.all(places.map((place) => broker().send(queues.queueUrl, JSON.stringify({ place }))));
  await eventually(() => broker().isEmpty(queues.queueUrl));
  await stopConsumers();
  for (const level of ['warn', 'error']) {
    const same = lines.of(level).filter(({ error }) => error?.startsWith('Error: job'));
    const counts = same.filter(({ count }) => count !== undefined);
    const counted = counts.reduce((sum, { count = 0 }) => sum + count, 0);
    expect(same.length - counts.length + counted).toBe(100);
    expect(counts.length).toBeGreaterThan(0);
    expect(counts[0]?.message).toMatch(
      /^\d+ more (failed runs|dead letters \(attempts\)) within a second \(job\): Error: job \d+ found/,
    );
    expect(lines.of(level).filter(({ error }) => error === 'RangeError: another')).toHaveLength(1);
  }
});
