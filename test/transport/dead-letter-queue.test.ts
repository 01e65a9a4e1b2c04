import { Logger } from '@nestjs/common';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { type Entry } from '../../experiments/rig/proxy/sqs-call';
import { toDelivery } from '../../transport/delivery/delivery';
import { DeadLetterQueue } from '../../transport/settle/dead-letter-queue';
import { FailureLog } from '../../transport/settle/failure-log';
import { createWorkClient } from '../../transport/sqs/clients';
import { Sender } from '../../transport/sqs/sender';
import { withBroker } from '../harness/broker';
import { whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { notedAttempts, Notes } from '../harness/noted-attempts';
import { sideBySide } from '../harness/side-by-side';
import { UNREAD } from './flights';

const broker = withBroker();
beforeAll(() => {
  Logger.overrideLogger(false);
});
const { it, own } = sideBySide({
  async open() {
    const [proxy, queues, notes] = [
      await startFaultProxy(broker().endpoint),
      await broker().createQueues(),
      new Notes(),
    ];
    const { deadLetterQueueUrl: queueUrl } = queues;
    const client = createWorkClient({ queueUrl, region: broker().region, endpoint: proxy.endpoint });
    const attempts = new (notedAttempts(notes))();
    const log = new FailureLog(attempts);
    const deadLetters = new DeadLetterQueue(new Sender(client, queueUrl), { attempts, metrics: UNREAD, log });
    return { proxy, queues, client, notes, deadLetters, log };
  },
  async close({ proxy, client, log }) {
    log.flush();
    client.destroy();
    await proxy.close();
  },
});

const CARRIED = { reason: 'closed', error: 'the account is closed', attempts: 2 };
const WHY = { ...CARRIED, publicError: 'closed' };
const delivery = toDelivery({ MessageId: 'one', Body: 'body' }, 0);
const never = new AbortController().signal;
const told = (): boolean[] => own().notes.deadLettered.map(({ sent }) => sent);
const arrived = (): ReturnType<ReturnType<typeof broker>['receiveAll']> =>
  broker().receiveAll(own().queues.deadLetterQueueUrl);

/** The first sends fail, the rest pass. */
const failing = (count: number): void => {
  own().proxy.rule('SendMessageBatch', ({ nth }) => (nth <= count ? { failEntries: () => true } : 'pass'));
};

it('sends, then tells the attempts port', async () => {
  const { deadLetters } = own();
  const recorded: string[] = [];
  const moved = deadLetters.move({ delivery, isOurs: true }, WHY, {
    ending: never,
    recorded: () => recorded.push('recorded'),
  });
  expect(await moved).toBe('ended');
  expect({ told: told(), recorded }).toEqual({ told: [true], recorded: [] });
  const [letter] = await arrived();
  expect(whyOf(letter ?? {})).toMatchObject({ ...CARRIED, sourceMessageId: 'one' });
});

it('waits 5 s, then 10 s, for a queue that does not take it, which the record knows meanwhile', async () => {
  const { deadLetters } = own();
  failing(2);
  const recorded: string[] = [];
  const begunAt = performance.now();
  const moved = deadLetters.move({ delivery, isOurs: true }, WHY, {
    ending: never,
    recorded: () => recorded.push('recorded'),
  });
  await eventually(() => deadLetters.refused === 1);
  await eventually(() => recorded.length === 1);
  expect(told()).toEqual([false]);
  expect(await moved).toBe('ended');
  const tookMs = performance.now() - begunAt;
  expect({ soon: tookMs < 14_900, late: tookMs > 18_000 }).toEqual({ soon: false, late: false });
  expect({ told: told(), refused: deadLetters.refused, recorded }).toEqual({
    told: [false, true],
    refused: 0,
    recorded: ['recorded'],
  });
});

it('gives up at a drain, whose signal it does not wait for', async () => {
  const { proxy, deadLetters } = own();
  failing(100);
  const ending = new AbortController();
  const moved = deadLetters.move({ delivery, isOurs: true }, WHY, { ending: ending.signal });
  await eventually(() => told().length === 1);
  const begunAt = performance.now();
  ending.abort();
  expect(await moved).toBe('unfinished');
  expect(performance.now() - begunAt).toBeLessThan(5_000);
  expect({ told: told(), refused: deadLetters.refused, sends: proxy.count('SendMessageBatch') }).toEqual({
    told: [false],
    refused: 0,
    sends: 1,
  });
});

it('gives up soon once its lease is lost', async () => {
  const { deadLetters } = own();
  failing(100);
  const moving = { delivery, isOurs: true };
  const moved = deadLetters.move(moving, WHY, { ending: never });
  await eventually(() => told().length === 1);
  moving.isOurs = false;
  const begunAt = performance.now();
  expect(await moved).toBe('unfinished');
  expect(performance.now() - begunAt).toBeLessThan(5_000);
});

it('is left where its lease is lost before the record is told that it was sent', async () => {
  const { proxy, deadLetters } = own();
  const moving = { delivery, isOurs: true };
  proxy.rule('SendMessageBatch', () => {
    moving.isOurs = false;
    return 'pass';
  });
  expect(await deadLetters.move(moving, WHY, { ending: never })).toBe('unfinished');
  expect(told()).toEqual([]);
});

it('lets nobody go on behind it where its lease is lost before the record is told that it waits', async () => {
  const { proxy, deadLetters } = own();
  const moving = { delivery, isOurs: true };
  proxy.rule('SendMessageBatch', () => {
    moving.isOurs = false;
    return { failEntries: () => true };
  });
  const recorded: string[] = [];
  const moved = deadLetters.move(moving, WHY, { ending: never, recorded: () => recorded.push('recorded') });
  expect(await moved).toBe('unfinished');
  expect({ told: told(), recorded }).toEqual({ told: [], recorded: [] });
});

it('is sent as it came where SQS refuses the why; refused as it came, too, it waits', async () => {
  const { proxy, deadLetters } = own();
  const hasWhy = ({ MessageAttributes = {} }: Entry): boolean => 'dead-letter' in (MessageAttributes as object);
  proxy.rule('SendMessageBatch', ({ nth }) => ({
    failEntries: (entry) => nth <= 2 || hasWhy(entry),
    senderFault: true,
    code: 'InvalidMessageContents',
  }));
  const moved = deadLetters.move({ delivery, isOurs: true }, WHY, { ending: never });
  await eventually(() => deadLetters.refused === 1);
  expect(proxy.count('SendMessageBatch')).toBe(2);
  expect(await moved).toBe('ended');
  expect(await arrived()).toMatchObject([{ Body: 'body' }]);
});
