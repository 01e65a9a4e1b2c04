import { type Message } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { toRecord } from '../../experiments/rig/lambda/events';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { INPUT } from './inputs';
import { kinds, withStages } from './stage';

const { broker, stage, sharedStage } = withStages();
const KINDS = kinds();

interface Job {
  readonly id: string;
  readonly input: number;
}

const jobs = (inputs: readonly number[]): Job[] => inputs.map((input) => ({ id: randomUUID(), input }));

const message = (messageId: string, rest: Message): Message => ({
  MessageId: messageId,
  ReceiptHandle: `handle-${messageId}`,
  Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
  ...rest,
});

/** The event of these jobs; a message has its place for an id. */
const toEvent = (all: readonly Job[]): unknown => ({
  Records: all.map((job, place) => toRecord(message(`m${place}`, { Body: JSON.stringify(job) }))),
});

const report = (...places: readonly number[]): unknown => ({
  payload: { batchItemFailures: places.map((place) => ({ itemIdentifier: `m${place}` })) },
});

describe.each(KINDS)('what is reported, %s', (kind) => {
  const standard = sharedStage(kind);
  const ordered = sharedStage(kind, { fifo: true });

  it('one bad of ten: that one', async () => {
    const { lambda } = standard();
    const all = jobs([0, 1, 2, INPUT.fails, 4, 5, 6, 7, 8, 9]);
    expect(await lambda.invoke(toEvent(all))).toEqual(report(3));
    const states = await Promise.all(all.map(async ({ id }) => (await lambda.record(id))?.state));
    expect(states).toEqual(all.map((_, place) => (place === 3 ? 'failing' : 'done')));
  });

  it('all bad: all of them', async () => {
    const { lambda } = standard();
    expect(await lambda.invoke(toEvent(jobs(Array<number>(10).fill(INPUT.fails))))).toEqual(
      report(...Array.from({ length: 10 }, (_, place) => place)),
    );
  });

  it('a job twice: none when it is done, both when it fails', async () => {
    const { lambda } = standard();
    const [good, bad] = jobs([1, INPUT.fails]);
    if (!good || !bad) throw new Error('unreachable');
    expect(await lambda.invoke(toEvent([good, bad, good, bad]))).toEqual(report(1, 3));
    expect(await lambda.record(good.id)).toMatchObject({ state: 'done', result: 2 });
  });

  it('FIFO failure in the middle: what failed and what follows it in its group', async () => {
    const { lambda } = ordered();
    const all = jobs([1, INPUT.fails, 2, 3, 4]);
    const Records = all.map((job, place) => {
      const sent = message(`m${place}`, { Body: JSON.stringify(job) });
      const group = ['a', 'a', 'b', 'a', 'b'][place];
      const inGroup = { ...(group && { MessageGroupId: group }), SequenceNumber: String(place + 1) };
      return toRecord({ ...sent, Attributes: { ...sent.Attributes, ...inGroup } });
    });
    expect(await lambda.invoke({ Records })).toEqual(report(1, 3));
    const states = await Promise.all(all.map(async ({ id }) => (await lambda.record(id))?.state));
    expect(states).toEqual(['done', 'failing', 'done', undefined, 'done']);
  });

  it('a job of a FIFO group whose runs had no outcome fifteen times takes none of those along that came behind it', async () => {
    const { lambda, queues } = ordered();
    const all = jobs([INPUT.endsTheProcess, 1, 2]);
    const Records = all.map((job, place) => {
      const inGroup = { MessageGroupId: 'a', SequenceNumber: String(place + 1) };
      const attributes = { ApproximateReceiveCount: '18', SentTimestamp: '0', ...inGroup };
      return toRecord(message(`m${place}`, { Body: JSON.stringify(job), Attributes: attributes }));
    });
    for (let run = 0; run < 15; run += 1) await lambda.noteBegun(all[0]?.id ?? '', 'm0');
    expect(await lambda.invoke({ Records })).toEqual(report());
    const states = await Promise.all(all.map(async ({ id }) => (await lambda.record(id))?.state));
    expect(states).toEqual(['failed', 'done', 'done']);
    const letters = await deadLetters(broker(), queues.deadLetterQueueUrl);
    expect(letters.map(whyOf)).toMatchObject([{ jobId: all[0]?.id, reason: 'unsettled' }]);
  });

  it('no Records: none; what is no event of SQS: an error', async () => {
    const { lambda } = standard();
    expect(await lambda.invoke({ Records: [] })).toEqual(report());
    for (const event of [
      {},
      { Records: 'x' },
      { Records: [{}] },
      { Records: [{ messageId: '', receiptHandle: 'h' }] },
    ]) {
      expect(await lambda.invoke(event)).toHaveProperty('error');
    }
  });

  it('the same message twice is done once, also with an attribute called __proto__', async () => {
    const { lambda } = standard();
    const [job] = jobs([1]);
    const MessageAttributes = JSON.parse('{"__proto__":{"DataType":"String","StringValue":"x"}}') as Record<
      string,
      never
    >;
    const record = toRecord(message('m0', { Body: JSON.stringify(job), MessageAttributes }));
    expect(await lambda.invoke({ Records: [record, record] })).toEqual(report());
    expect(await lambda.record(job?.id ?? '')).toMatchObject({ state: 'done', result: 2 });
  });

  it.each([[[1, INPUT.fails]], [[INPUT.fails, 1]]])(
    'two records of one id and two bodies are reported until both are done: %j',
    async (inputs) => {
      const { lambda } = standard();
      const [one, other] = jobs(inputs);
      const Records = [one, other].map((job) => toRecord(message('m0', { Body: JSON.stringify(job) })));
      expect(await lambda.invoke({ Records })).toEqual(report(0));
      const [first, second] = jobs([1, 2]);
      const both = [first, second].map((job) => toRecord(message('m1', { Body: JSON.stringify(job) })));
      expect(await lambda.invoke({ Records: both })).toEqual(report());
      for (const job of [first, second]) expect(await lambda.record(job?.id ?? '')).toMatchObject({ state: 'done' });
    },
  );

  it('6 MB are taken, which is all that Lambda hands over', async () => {
    const { lambda, queues } = standard();
    const Records = Array.from({ length: 6 }, (_, place) =>
      toRecord(message(`m${place}`, { Body: 'x'.repeat(1_047_800) })),
    );
    const bytes = JSON.stringify({ Records }).length;
    expect(bytes).toBeGreaterThan(6 * 1_048_576 - 4_096);
    expect(bytes).toBeLessThanOrEqual(6 * 1_048_576);
    expect(await lambda.invoke({ Records })).toEqual(report());
    expect(await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 6 })).toHaveLength(6);
  }, 60_000);
});

it.each(KINDS)(
  'nothing is received by the function itself, %s',
  async (kind) => {
    const proxy = await startFaultProxy(broker().endpoint);
    try {
      const { send, drain, lambda } = await stage(kind, { endpoint: proxy.endpoint });
      const id = await send(INPUT.failsTwice);
      await drain();
      expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 2 });
      expect(proxy.count('ChangeMessageVisibilityBatch')).toBe(2);
      for (const action of ['ReceiveMessage', 'DeleteMessageBatch', 'DeleteMessage'])
        expect(proxy.count(action)).toBe(0);
    } finally {
      await proxy.close();
    }
  },
  90_000,
);
