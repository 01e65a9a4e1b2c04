import { type SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { type Pair, startPair } from '../../testing/pair';
import { Rejection } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { TEST_JOB, testWork } from '../harness/jobs';
import { scrape, type Scrape } from '../harness/scrape';

/** What the work of these tests does not just add one to. */
const FAILS_ONCE = 17;
const REJECTED = 666;

const broker = withBroker();

const ports = async (): Promise<{ METRICS_PORT: string; CONSUMER_METRICS_PORT: string }> => ({
  METRICS_PORT: String(await freePort()),
  CONSUMER_METRICS_PORT: String(await freePort()),
});

/** Fails and rejects by its input; with the reason it is given. */
function moody(reason: string): ReturnType<typeof testWork> {
  let failed = false;
  return testWork(({ input }) => {
    if (input === REJECTED) throw new Rejection(reason, 'No such luck.');
    if (input === FAILS_ONCE && !failed) {
      failed = true;
      throw new Error('once');
    }
    return { result: input + 1 };
  });
}

describe('a pair with METRICS_PORT and CONSUMER_METRICS_PORT', () => {
  let pair: Pair;
  let variables: Awaited<ReturnType<typeof ports>>;
  beforeAll(async () => {
    variables = await ports();
    const policy = { backoff: { firstSeconds: 1, maxSeconds: 1, factor: 1 } };
    pair = await startPair({ works: [moody('unlucky')], policy, variables });
  });
  afterAll(() => pair.close());

  const consumer = (): Promise<Scrape> => scrape(variables.CONSUMER_METRICS_PORT);

  it('counts jobs that succeed, fail and are dead-lettered, and what took them there', async () => {
    const before = (await consumer()).series;
    expect(before).toMatchObject({
      'plusone_handled_total{type="add-one",outcome="done"}': 0,
      'plusone_dead_letters_total{reason="attempts"}': 0,
    });
    const ids = [
      await pair.send(TEST_JOB, 1),
      await pair.send(TEST_JOB, FAILS_ONCE),
      await pair.send(TEST_JOB, REJECTED),
    ];
    for (const id of ids) await pair.settled(id);
    await pair.idle();
    const { series } = await eventually(async () => {
      const now = await consumer();
      return now.series['plusone_in_flight'] === 0 && now;
    });
    expect(series).toMatchObject({
      'plusone_handled_total{type="add-one",outcome="done"}': 2,
      'plusone_handled_total{type="add-one",outcome="retry"}': 1,
      'plusone_handled_total{type="add-one",outcome="reject"}': 1,
      'plusone_handled_total{type="add-one",outcome="stopped"}': 0,
      'plusone_handling_seconds_count{type="add-one"}': 4,
      'plusone_time_in_queue_seconds_count{type="add-one"}': 3,
      'plusone_retries_total{type="add-one"}': 1,
      'plusone_dead_letters_total{reason="other"}': 1,
      plusone_received_messages_total: 4,
      plusone_permits: 100,
      plusone_permits_held: 0,
      plusone_store_breaker_open: 0,
    });
    expect(series['plusone_store_calls_total{call="write",outcome="answered"}']).toBeGreaterThanOrEqual(4);
    expect(series['plusone_receives_total{outcome="partial"}']).toBeGreaterThanOrEqual(1);
    const producer = await scrape(variables.METRICS_PORT);
    expect(producer.series).toMatchObject({
      'plusone_accepted_total{type="add-one"}': 3,
      'plusone_sends_total{outcome="accepted"}': 3,
      plusone_sent_batch_messages_sum: 3,
      'plusone_requests_total{outcome="ok"}': 3,
      'plusone_store_calls_total{call="read",outcome="answered"}': 0,
    });
    await fetch(`${pair.url}/results/${ids[0]}`);
    expect((await scrape(variables.METRICS_PORT)).series).toMatchObject({
      'plusone_store_calls_total{call="read",outcome="answered"}': 1,
      'plusone_store_calls_total{call="read",outcome="unavailable"}': 0,
    });
  });

  it('counts refusals by reason, of lines too', async () => {
    const post = (body: string, type = 'application/json'): Promise<Response> =>
      fetch(`${pair.url}/produce`, { method: 'POST', body, headers: { 'content-type': type } });
    await post('{"input":"one"}');
    await post('x', 'text/plain');
    await post('{"input":1}\n{"input":"one"}\n', 'application/x-ndjson').then((answer) => answer.text());
    const { series } = await eventually(async () => {
      const now = await scrape(variables.METRICS_PORT);
      return now.series['plusone_refused_total{reason="invalid"}'] === 2 && now;
    });
    expect(series).toMatchObject({
      'plusone_refused_total{reason="media-type"}': 1,
      'plusone_requests_total{outcome="refused"}': 2,
    });
  });
});

const typed = (type: string): Partial<SendMessageCommandInput> => ({
  MessageAttributes: { type: { DataType: 'String', StringValue: type } },
});

describe('what a message says', () => {
  afterEach(stopConsumerApps);

  it('counts a job that comes in two messages as one done and one duplicate', async () => {
    const { CONSUMER_METRICS_PORT } = await ports();
    const queues = await broker().createQueues();
    const { records } = await startConsumerApp(queues, { CONSUMER_METRICS_PORT });
    const id = randomUUID();
    const body = JSON.stringify({ id, input: 1 });
    await broker().send(queues.queueUrl, body);
    await eventually(async () => (await records.get(id))?.state === 'done');
    await broker().send(queues.queueUrl, body);
    await eventually(async () => {
      const { series } = await scrape(CONSUMER_METRICS_PORT);
      return series['plusone_duplicates_total{type="add-one"}'] === 1;
    });
  });

  it('makes no series: neither a type nor a reason of its own', async () => {
    const { CONSUMER_METRICS_PORT } = await ports();
    const queues = await broker().createQueues();
    await startConsumerApp(queues, { CONSUMER_METRICS_PORT }, { works: [moody('made up\n"1"')] });
    const linesBefore = (await scrape(CONSUMER_METRICS_PORT)).text.split('\n').length;
    const types = ['__proto__', 'constructor', 'x"} 1\nfoo 1', 'other', 'a'.repeat(200)];
    for (const type of types) await broker().send(queues.queueUrl, '{"input":1}', typed(type));
    await broker().send(queues.queueUrl, JSON.stringify({ input: REJECTED }));
    await deadLetters(broker(), queues.deadLetterQueueUrl, { count: types.length + 1 });
    const { series, text } = await eventually(async () => {
      const now = await scrape(CONSUMER_METRICS_PORT);
      return now.series['plusone_dead_letters_total{reason="unknown-type"}'] === types.length && now;
    });
    expect(series).toMatchObject({
      'plusone_handled_total{type="other",outcome="reject"}': types.length,
      'plusone_dead_letters_total{reason="other"}': 1,
    });
    expect(text.split('\n')).toHaveLength(linesBefore);
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  });
});
