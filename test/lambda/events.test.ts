import { type SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { noEmulator } from '../../experiments/lambda/emulator';
import { toRecord } from '../../experiments/lambda/events';
import { type QueuesOptions, type TestQueues, withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { endApps } from '../harness/processes';
import { EventSource, type Round } from './event-source';
import { INPUT } from './inputs';
import { LambdaFunction } from './lambda-function';

const broker = withBroker();
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(endApps);

/** Long enough for the rounds of a test; what is to come again sooner is given back by the function. */
const VISIBILITY_SECONDS = 60;
const JSON_HEADERS = { 'content-type': 'application/json' };

interface Stage {
  readonly queues: TestQueues;
  readonly source: EventSource;
  readonly lambda: LambdaFunction;
  readonly send: (input: unknown, rest?: Partial<SendMessageCommandInput> & { id?: string }) => Promise<string>;
  /** Rounds until one has something to hand over. */
  readonly round: () => Promise<Round>;
  /** Rounds until the queue is empty. */
  readonly drain: (withinMs?: number) => Promise<void>;
}

type Kind = 'direct' | 'emulated';

async function stage(
  kind: Kind,
  { timeoutSeconds = 20, ...options }: QueuesOptions & { timeoutSeconds?: number } = {},
): Promise<Stage> {
  const queues = await broker().createQueues({ ...options, numbers: { visibilityTimeoutSeconds: VISIBILITY_SECONDS } });
  const lambda = await LambdaFunction[kind](queues.env, timeoutSeconds);
  stops.push(() => lambda.stop());
  const source = new EventSource(broker().client, queues.queueUrl, lambda.invoke);
  const round = (): Promise<Round> => eventually(async () => (await source.round()) ?? false, { withinMs: 30_000 });
  return {
    queues,
    source,
    lambda,
    round,
    async send(input, { id = randomUUID(), ...rest } = {}) {
      await broker().send(queues.queueUrl, JSON.stringify({ id, input }), rest);
      return id;
    },
    async drain(withinMs = 60_000) {
      await eventually(
        async () => {
          await source.round();
          return broker().isEmpty(queues.queueUrl);
        },
        { withinMs },
      );
    },
  };
}

const inputsOf = (bodies: readonly string[]): unknown[] =>
  bodies.map((body) => (JSON.parse(body) as { input: unknown }).input).sort((a, b) => Number(a) - Number(b));

const grouped = (group: string): Partial<SendMessageCommandInput> => ({
  MessageGroupId: group,
  MessageDeduplicationId: randomUUID(),
});

it('off Lambda there is no POST /events', async () => {
  const { url } = await startConsumerApp(await broker().createQueues());
  stops.push(stopConsumerApps);
  const response = await fetch(`${url}/events`, { method: 'POST', body: '{"Records":[]}', headers: JSON_HEADERS });
  expect(response.status).toBe(404);
});

const kinds: Kind[] = ['direct', ...(noEmulator === undefined ? (['emulated'] as const) : [])];
if (noEmulator !== undefined) it.skip(`emulated: ${noEmulator}`, () => undefined);

describe.each(kinds)('%s', (kind) => {
  it('does every job of an event, and reports none', async () => {
    const { send, round, lambda } = await stage(kind);
    const ids = [await send(1), await send(2), await send(3)];
    const done: string[] = [];
    while (done.length < 3) {
      const { answer, deleted } = await round();
      expect(answer).toEqual({ payload: { batchItemFailures: [] } });
      done.push(...deleted);
    }
    expect(inputsOf(done)).toEqual([1, 2, 3]);
    for (const [place, id] of ids.entries()) {
      expect(await lambda.record(id)).toMatchObject({ state: 'done', result: place + 2 });
    }
  });

  it('one bad of ten: only that one comes again, and is dead-lettered after five attempts with its error', async () => {
    const { send, drain, lambda, queues } = await stage(kind);
    const bad = await send(INPUT.fails);
    const good = await Promise.all(Array.from({ length: 9 }, (_, input) => send(input)));
    await drain(90_000);
    const [deadLetter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
    expect(deadLetter && whyOf(deadLetter)).toMatchObject({
      jobId: bad,
      reason: 'attempts',
      attempts: 5,
      error: 'Error: thirteen is unlucky',
    });
    for (const id of good) expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 0 });
  }, 120_000);

  it('a job that fails twice is done at its third attempt', async () => {
    const { send, drain, lambda } = await stage(kind);
    const id = await send(INPUT.failsTwice);
    await drain();
    expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 2, result: INPUT.failsTwice + 1 });
  }, 90_000);

  it('all bad: malformed, conflict and unknown go to the dead-letter queue, nothing is reported', async () => {
    const { send, round, drain, queues } = await stage(kind);
    const id = await send(1);
    await round();
    await send(2, { id });
    await send('one');
    await broker().send(queues.queueUrl, 'not JSON');
    await drain();
    const reasons = (await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 3 })).map(
      (message) => whyOf(message).reason,
    );
    expect(reasons.sort()).toEqual(['conflict', 'invalid', 'malformed']);
  }, 90_000);

  it('a job delivered twice has one effect, in one event or in two', async () => {
    const { send, drain, lambda } = await stage(kind);
    const id = await send(1);
    await send(1, { id });
    await drain();
    await send(1, { id });
    const first = await lambda.record(id);
    await drain();
    expect(await lambda.record(id)).toEqual(first);
  });
});

describe.each(kinds)('%s, on the bad day', (kind) => {
  it('FIFO: after a failure the rest of its group is reported unrun, other groups are done', async () => {
    const { send, source, drain, lambda, queues } = await stage(kind, { fifo: true });
    const [before, , after] = [
      await send(1, grouped('a')),
      await send(INPUT.failsTwice, grouped('a')),
      await send(2, grouped('a')),
    ];
    const other = await send(3, grouped('b'));
    const { messages } = await eventually(async () => (await source.round()) ?? false);
    expect(messages.length).toBeGreaterThan(0);
    const failed = await lambda.record(after);
    if (messages.length === 4) expect(failed).toBeUndefined();
    await drain();
    const [one, two] = [await lambda.record(before), await lambda.record(after)];
    expect(one?.updatedAt).toBeLessThanOrEqual(two?.updatedAt ?? 0);
    for (const id of [before, after, other])
      expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 0 });
    expect(await broker().receiveAll(queues.deadLetterQueueUrl)).toEqual([]);
  }, 90_000);

  it('FIFO failure in the middle of an event: exactly what failed and what follows it in its group', async () => {
    const { lambda } = await stage(kind, { fifo: true });
    const jobs = [
      { group: 'a', input: 1 },
      { group: 'a', input: INPUT.fails },
      { group: 'b', input: 2 },
      { group: 'a', input: 3 },
      { group: 'b', input: 4 },
    ].map((job) => ({ ...job, id: randomUUID() }));
    const records = jobs.map(({ id, group, input }) =>
      toRecord({
        MessageId: id,
        ReceiptHandle: `handle-${id}`,
        Body: JSON.stringify({ id, input }),
        Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()), MessageGroupId: group },
      }),
    );
    const failures = [jobs[1], jobs[3]].map((job) => ({ itemIdentifier: job?.id }));
    expect(await lambda.invoke({ Records: records })).toEqual({ payload: { batchItemFailures: failures } });
    const states = await Promise.all(jobs.map(async ({ id }) => (await lambda.record(id))?.state));
    expect(states).toEqual(['done', 'failing', 'done', undefined, 'done']);
  });

  it('stops before its deadline, and reports what is left; no attempt is counted', async () => {
    const { send, round, lambda } = await stage(kind, { timeoutSeconds: 6 });
    const [quick, slow] = [await send(1), await send(INPUT.waits)];
    const kept: string[] = [];
    const started = Date.now();
    while (kept.length === 0) {
      const { answer, ...rest } = await round();
      expect(answer).toMatchObject({ payload: {} });
      kept.push(...rest.kept);
    }
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(inputsOf(kept)).toEqual([INPUT.waits]);
    await eventually(async () => (await lambda.record(quick))?.state === 'done');
    expect((await lambda.record(slow))?.attempts ?? 0).toBe(0);
  }, 60_000);

  it('an event that ends the process is an error: all of it comes again, and none has a second effect', async () => {
    const { send, lambda, source, queues } = await stage(kind);
    const id = await send(1);
    const crash = await send(INPUT.endsTheProcess);
    const rounds: Round[] = [];
    await eventually(
      async () => {
        const round = await source.round();
        if (round) rounds.push(round);
        return rounds.some(({ answer }) => 'error' in answer);
      },
      { withinMs: 30_000 },
    );
    const { kept, deleted } = rounds.at(-1) ?? { kept: [], deleted: [] };
    expect(deleted).toEqual([]);
    expect(kept.map((body) => (JSON.parse(body) as { id: string }).id)).toContain(crash);
    await eventually(async () => {
      const { inFlight, visible } = await broker().depth(queues.queueUrl);
      return inFlight + visible >= 1;
    });
    expect((await lambda.record(id))?.state ?? 'done').toBe('done');
  }, 60_000);
});

describe.each(kinds)('%s, at its edges', (kind) => {
  it('a store that is away: the event is not answered with success, and all is done once it is back', async () => {
    const { send, round, drain, lambda } = await stage(kind, { timeoutSeconds: 8 });
    const first = await send(1);
    await round();
    const database = new DatabaseSync(lambda.resultsPath);
    database.exec('BEGIN EXCLUSIVE');
    const id = await send(2);
    const { kept } = await round();
    expect(inputsOf(kept)).toEqual([2]);
    database.exec('ROLLBACK');
    database.close();
    await drain(90_000);
    for (const done of [first, id]) expect(await lambda.record(done)).toMatchObject({ state: 'done', attempts: 0 });
  }, 120_000);

  it('empty Records: an empty report; what is no event of SQS: an error', async () => {
    const { lambda } = await stage(kind);
    expect(await lambda.invoke({ Records: [] })).toEqual({ payload: { batchItemFailures: [] } });
    for (const event of [
      {},
      { Records: 'x' },
      { Records: [{}] },
      { Records: [{ messageId: '', receiptHandle: 'h' }] },
    ]) {
      expect(await lambda.invoke(event)).toHaveProperty('error');
    }
  });

  it('the same message twice in an event is done once; an attribute may be called __proto__; 5 MB are taken', async () => {
    const { lambda, queues } = await stage(kind);
    const id = randomUUID();
    const record = toRecord({
      MessageId: randomUUID(),
      ReceiptHandle: 'handle',
      Body: JSON.stringify({ id, input: 1 }),
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
      MessageAttributes: JSON.parse('{"__proto__":{"DataType":"String","StringValue":"x"}}') as Record<string, never>,
    });
    expect(await lambda.invoke({ Records: [record, record] })).toEqual({ payload: { batchItemFailures: [] } });
    expect(await lambda.record(id)).toMatchObject({ state: 'done', result: 2 });
    const large = Array.from({ length: 5 }, (_, place) =>
      toRecord({ MessageId: `large-${place}`, ReceiptHandle: 'handle', Body: 'x'.repeat(1_000_000), Attributes: {} }),
    );
    expect(await lambda.invoke({ Records: large })).toEqual({ payload: { batchItemFailures: [] } });
    expect(await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 5 })).toHaveLength(5);
  }, 60_000);
});
