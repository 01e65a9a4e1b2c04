import { CreateQueueCommand, type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { denied, type Entry } from '../../experiments/rig/proxy/sqs-call';
import { reject } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { behindProxies, Latch, scripted, Script, startConsumer, type RunningConsumer } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { Log } from '../harness/log';
import { notedAttempts, Notes } from '../harness/noted-attempts';

const broker = withBroker({ manyOfAGroup: true });
const { it, own } = behindProxies(broker, () => ({
  notes: new Notes(),
  log: new Log(),
  /** Messages that were received. */
  receives: 0,
}));

const refusing = { answer: () => Promise.resolve(denied()) };
const SECONDS = 2;
const queuesOf = (): Promise<TestQueues> => broker().createQueues({ numbers: { visibilityTimeoutSeconds: SECONDS } });

function start(queues: TestQueues, script: Script): Promise<RunningConsumer> {
  const test = own();
  const { proxy, notes, log } = test;
  proxy.rule('ReceiveMessage', {
    answer: async (forward) => {
      const answer = await forward();
      test.receives += (JSON.parse(answer.body) as { Messages?: unknown[] }).Messages?.length ?? 0;
      return answer;
    },
  });
  return startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    attempts: notedAttempts(notes),
    logger: log,
  });
}

const refused = ({ transport }: RunningConsumer): number => transport.status().deadLettersRefused;
const extensions = (): number => own().proxy.count('ChangeMessageVisibilityBatch');
const CAUSE = /error .*takes no message.*AccessDenied/;

it('keeps dead letters under their leases, says the cause once, and moves them once the queue takes them', async () => {
  own().proxy.rule('SendMessageBatch', refusing);
  const queues = await queuesOf();
  const consumer = await start(queues, new Script());
  const ids = await Promise.all(['a', 'b', 'c'].map((body) => broker().send(queues.queueUrl, body)));
  await eventually(() => refused(consumer) === 3);
  expect(
    own()
      .notes.deadLettered.map(({ messageId, sent }) => [messageId, sent])
      .sort(),
  ).toEqual(ids.map((id) => [id, false]).sort());
  // More than two leases long: each is extended when half of it is gone.
  await eventually(() => extensions() >= 5, { withinMs: 20_000 });
  expect(own().log.matching(CAUSE)).toHaveLength(1);
  own().proxy.rule('SendMessageBatch', 'pass');
  const letters = await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 3, withinMs: 25_000 });
  expect(letters.map((letter) => whyOf(letter).reason)).toEqual(['malformed', 'malformed', 'malformed']);
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect({ receives: own().receives, refused: refused(consumer) }).toEqual({ receives: 3, refused: 0 });
});

it('says the cause again in the next outage', async () => {
  own().proxy.rule('SendMessageBatch', ({ nth }) => (nth === 2 || nth === 4 ? 'pass' : refusing));
  const queues = await queuesOf();
  const consumer = await start(queues, new Script());
  for (const outage of [1, 2]) {
    await broker().send(queues.queueUrl, `malformed ${outage}`);
    await eventually(() => refused(consumer) === 1);
    await eventually(() => refused(consumer) === 0, { withinMs: 12_000 });
    expect(own().log.matching(CAUSE)).toHaveLength(outage);
  }
});

it('keeps them while the dead-letter queue does not exist, and moves them once it does', async () => {
  const { queueUrl, deadLetterQueueUrl, env } = await queuesOf();
  const missing = `${deadLetterQueueUrl}-missing`;
  const consumer = await start({ queueUrl, deadLetterQueueUrl: missing, env }, new Script());
  await broker().send(queueUrl, 'not JSON');
  await eventually(() => refused(consumer) === 1);
  expect(own().log.matching(/takes no message.*queue does not exist/i)).toHaveLength(1);
  await broker().client.send(new CreateQueueCommand({ QueueName: missing.slice(missing.lastIndexOf('/') + 1) }));
  const [letter] = await deadLetters(broker(), missing);
  expect(whyOf(letter ?? {}).reason).toBe('malformed');
});

it('gives them back at a drain, at once', async () => {
  own().proxy.rule('SendMessageBatch', refusing);
  const queues = await queuesOf();
  const consumer = await start(queues, new Script());
  await broker().send(queues.queueUrl, 'not JSON');
  await eventually(() => refused(consumer) === 1);
  await consumer.stop();
  // A poll that was aborted may be handed it: then it is visible when its lease ends.
  await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 1, { withinMs: 25_000 });
});

it('lets the group go on behind a dead letter that waits, each at its first receive', async () => {
  own().proxy.rule('SendMessageBatch', refusing);
  const queues = await broker().createQueues({ fifo: true });
  for (let place = 0; place < 10; place += 1) {
    await broker().send(queues.queueUrl, String(place), {
      MessageGroupId: 'one',
      MessageDeduplicationId: String(place),
    });
  }
  const script = new Script((payload) => (payload === 0 ? reject('closed', 'the account is closed') : undefined));
  const consumer = await start(queues, script);
  await eventually(() => script.runs.length === 10);
  expect(script.runs.map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await eventually(async () => (await broker().depth(queues.queueUrl)).inFlight === 1);
  expect(refused(consumer)).toBe(1);
  own().proxy.rule('SendMessageBatch', 'pass');
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl, { withinMs: 20_000 });
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'closed', group: 'one' });
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(own().receives).toBe(10);
});

it('runs nothing of the group behind a dead letter that waits and is not recorded yet', async () => {
  own().proxy.rule('SendMessageBatch', refusing);
  const queues = await broker().createQueues({ fifo: true });
  const recorded = new Latch();
  const port = notedAttempts(own().notes);
  class Slow extends port {
    override async deadLettered(...told: Parameters<InstanceType<typeof port>['deadLettered']>): Promise<void> {
      await recorded.opened;
      return super.deadLettered(...told);
    }
  }
  for (const place of ['0', '1']) {
    await broker().send(queues.queueUrl, place, { MessageGroupId: 'one', MessageDeduplicationId: place });
  }
  const script = new Script((payload) => (payload === 0 ? reject('closed', 'the account is closed') : undefined));
  await startConsumer({
    broker: { endpoint: own().proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    attempts: Slow,
  });
  await eventually(() => own().proxy.count('SendMessageBatch') > 0);
  expect(script.runs).toHaveLength(1);
  recorded.open();
  await eventually(() => script.runs.length === 2);
});

const text = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: value });
const TEN = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`a${index}`, text('x')]));

it.each([
  ['its ten attributes leave no room', 'not JSON', TEN],
  ['it is of 1 MiB already', 'x'.repeat(1_048_576), {}],
])('sends a dead letter as it came where %s, and the record keeps the why', async (_case, body, attributes) => {
  const queues = await broker().createQueues({ fifo: true });
  const place = { MessageGroupId: 'one', MessageAttributes: attributes };
  await broker().send(queues.queueUrl, body, { ...place, MessageDeduplicationId: 'head' });
  await broker().send(queues.queueUrl, '{}', { MessageGroupId: 'one', MessageDeduplicationId: 'next' });
  const script = new Script();
  await start(queues, script);
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(letter?.Body).toBe(body);
  expect(Object.keys(letter?.MessageAttributes ?? {}).sort()).toEqual(Object.keys(attributes));
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(own().notes.deadLettered).toMatchObject([{ sent: true }]);
  expect(script.runs).toHaveLength(1);
});

it('sends it as it came, too, where SQS refuses it with the why', async () => {
  const queues = await queuesOf();
  const hasWhy = ({ MessageAttributes = {} }: Entry): boolean => 'dead-letter' in (MessageAttributes as object);
  own().proxy.rule('SendMessageBatch', { failEntries: hasWhy, senderFault: true, code: 'InvalidParameterValue' });
  await start(queues, new Script());
  await broker().send(queues.queueUrl, 'not JSON');
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  // LocalStack answers none as an empty object.
  expect(letter?.MessageAttributes ?? {}).toEqual({});
  expect(own().proxy.count('SendMessageBatch')).toBe(2);
});
