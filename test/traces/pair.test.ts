import { trace } from '@opentelemetry/api';
import { readEnvironment } from '../../contract/environment';
import { editJob } from '../../ops/jobs/edit';
import { retryLetters } from '../../ops/jobs/retry';
import { openWorkplace, type Workplace } from '../../ops/jobs/workplace';
import { type Pair, startPair } from '../../testing/pair';
import { Rejection } from '../../transport/index';
import { eventually } from '../harness/eventually';
import { TEST_JOB, testWork } from '../harness/jobs';
import { OtlpReceiver, type Span } from '../harness/otlp-receiver';

/** What the work of these tests does not just add one to. */
const FAILS_TWICE = 17;
const REJECTED = 666;

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

let receiver: OtlpReceiver;
let pair: Pair;
let failed = 0;
let lucky = false;

const work = testWork(({ input }) => {
  trace.getTracer('test').startSpan('own call', { attributes: { input } }).end();
  if (input === REJECTED && !lucky) throw new Rejection('unlucky', 'No such luck.');
  if (input === FAILS_TWICE && (failed += 1) <= 2) throw new TypeError(`not yet, ${failed}`);
  return { result: input + 1 };
});

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  const policy = { backoff: { firstSeconds: 1, maxSeconds: 1, factor: 1 } };
  pair = await startPair({ works: [work], policy, variables: receiver.variables });
});
beforeEach(() => {
  receiver.spans.length = 0;
});
afterAll(async () => {
  await pair.close();
  await receiver.close();
});

const post = (body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${pair.url}/jobs/add-one`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

const linksOf = ({ links = [] }: Span): string[] => links.map(({ spanId }) => spanId);

it('is one trace, from POST by the message into the work and what that does', async () => {
  const id = await pair.send(TEST_JOB, 1);
  await pair.settled(id);
  const [own] = await receiver.named('own call');
  const [process] = await receiver.named(`process ${queueName()}`);
  const [create] = await receiver.named(`create ${queueName()}`);
  const [server] = await receiver.named('POST /jobs/add-one');
  if (!own || !process || !create || !server) throw new Error('unreachable');
  expect(new Set([own, process, create, server].map(({ traceId }) => traceId)).size).toBe(1);
  expect([own.parentSpanId, process.parentSpanId, create.parentSpanId]).toEqual([
    process.spanId,
    create.spanId,
    server.spanId,
  ]);
  expect(server).toMatchObject({
    kind: 'SERVER',
    attributes: { 'http.request.method': 'POST', 'http.route': '/jobs/add-one', 'http.response.status_code': 202 },
    resource: { 'service.name': 'plusone-producer' },
  });
  const messaging = {
    'messaging.system.name': 'aws.sqs',
    'messaging.destination.name': queueName(),
    'aws.sqs.queue.url': pair.queueUrl,
    'plusone.type': 'add-one',
  };
  expect(create).toMatchObject({
    kind: 'PRODUCER',
    schemaUrl: 'https://opentelemetry.io/schemas/1.45.0',
    attributes: { ...messaging, 'messaging.operation.name': 'create', 'messaging.operation.type': 'create' },
  });
  expect(process).toMatchObject({
    kind: 'CONSUMER',
    attributes: {
      ...messaging,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.message.id': create.attributes['messaging.message.id'],
      'messaging.message.conversation_id': id,
      'plusone.attempt': 1,
    },
  });
  expect(linksOf(process)).toEqual([create.spanId]);
  expect(receiver.spans).toHaveLength(4);
});

const queueName = (): string => pair.queueUrl.slice(pair.queueUrl.lastIndexOf('/') + 1);

it('gives each attempt a span of its own, all children of the one that made the message', async () => {
  failed = 0;
  await pair.settled(await pair.send(TEST_JOB, FAILS_TWICE));
  const runs = await receiver.named(`process ${queueName()}`, 3);
  const [create] = await receiver.named(`create ${queueName()}`);
  expect(runs).toMatchObject([
    {
      status: { code: 2, message: 'TypeError: not yet, 1' },
      attributes: { 'error.type': 'TypeError', 'plusone.attempt': 1 },
    },
    { status: { code: 2 }, attributes: { 'plusone.attempt': 2 } },
    { status: {}, attributes: { 'plusone.attempt': 3 } },
  ]);
  expect(runs.map(({ parentSpanId }) => parentSpanId)).toEqual(runs.map(() => create?.spanId));
});

it('says of a dead letter why it is one', async () => {
  await pair.settled(await pair.send(TEST_JOB, REJECTED));
  const [run] = await receiver.named(`process ${queueName()}`);
  expect(run).toMatchObject({
    status: { code: 2, message: 'No such luck.' },
    attributes: { 'error.type': 'unlucky' },
  });
});

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

it.each([
  ['tried again', (place: Workplace, id: string) => retryLetters(place, { filter: { ids: [id] }, signal: signal() })],
  ['edited', (place: Workplace, id: string) => editJob(place, { id, input: '3', signal: signal() })],
])('begins a trace for a dead letter that is %s, linked to the one in which it failed', async (_, change) => {
  lucky = false;
  const id = await pair.send(TEST_JOB, REJECTED);
  await pair.settled(id);
  await pair.idle();
  const [create] = await receiver.named(`create ${queueName()}`);
  lucky = true;
  const place = await openWorkplace(readEnvironment({ ...pair.variables, RESULTS: `sqlite:${pair.resultsPath}` }));
  await change(place, id);
  await place.close();
  const again = await eventually(async () => {
    const runs = await receiver.named(`process ${queueName()}`);
    return runs.find(({ status }) => status.code !== 2) ?? false;
  });
  expect(again.traceId).not.toBe(create?.traceId);
  expect(again.links).toContainEqual(expect.objectContaining({ traceId: create?.traceId, spanId: create?.spanId }));
});

it('goes on with the trace of a caller, and keeps its tracestate', async () => {
  const answer = await post('{"input":1}', { traceparent: `${PARENT}-01`, tracestate: 'vendor=a,other=b' });
  await pair.settled(((await answer.json()) as { id: string }).id);
  const [process] = await receiver.named(`process ${queueName()}`);
  const [server] = await receiver.named('POST /jobs/add-one');
  expect(server).toMatchObject({ traceId: TRACE_ID, parentSpanId: '00f067aa0ba902b7' });
  expect(process).toMatchObject({ traceId: TRACE_ID, traceState: 'vendor=a,other=b' });
});

it('makes no spans where a caller does not sample', async () => {
  const answer = await post('{"input":1}', { traceparent: `${PARENT}-00` });
  await pair.settled(((await answer.json()) as { id: string }).id);
  const next = await pair.send(TEST_JOB, 2);
  await pair.settled(next);
  await receiver.named(`process ${queueName()}`);
  expect(receiver.spans.filter(({ traceId }) => traceId === TRACE_ID)).toEqual([]);
});

it('gives each line of a request in bulk its own span, in the trace of the request', async () => {
  const lines = [1, 2, 3].map((input) => JSON.stringify({ input })).join('\n');
  const answer = await post(lines, { 'content-type': 'application/x-ndjson' });
  const ids = (await answer.text())
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  for (const id of ids) await pair.settled(id);
  const [server] = await receiver.named('POST /jobs/add-one');
  const creates = await receiver.named(`create ${queueName()}`, 3);
  const runs = await receiver.named(`process ${queueName()}`, 3);
  expect(creates.map(({ parentSpanId }) => parentSpanId)).toEqual(creates.map(() => server?.spanId));
  expect(runs.map(({ parentSpanId }) => parentSpanId).toSorted()).toEqual(
    creates.map(({ spanId }) => spanId).toSorted(),
  );
});

it('makes one message of a key that is used again, so one span of it', async () => {
  const id = await pair.send(TEST_JOB, 5, { idempotencyKey: 'once' });
  expect(await pair.send(TEST_JOB, 5, { idempotencyKey: 'once' })).toBe(id);
  await pair.settled(id);
  await receiver.named('POST /jobs/add-one', 2);
  await receiver.named(`process ${queueName()}`);
  expect(receiver.spans.filter(({ kind }) => kind === 'PRODUCER' || kind === 'CONSUMER')).toHaveLength(2);
});

it('keeps the trace over a delay', async () => {
  const answer = await post('{"input":8,"delaySeconds":1}');
  await pair.settled(((await answer.json()) as { id: string }).id);
  const [create] = await receiver.named(`create ${queueName()}`);
  const [process] = await receiver.named(`process ${queueName()}`);
  expect(process).toMatchObject({ traceId: create?.traceId, parentSpanId: create?.spanId });
});
