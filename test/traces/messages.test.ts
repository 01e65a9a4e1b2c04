import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { OtlpReceiver, type Span } from '../harness/otlp-receiver';

const broker = withBroker();

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await OtlpReceiver.start();
});
afterEach(async () => {
  await stopConsumerApps();
  await receiver.close();
});

const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });

/** The span of the run of a message with these attributes. */
async function runOf(attributes: Record<string, MessageAttributeValue>): Promise<Span> {
  const queues = await broker().createQueues();
  const { records } = await startConsumerApp(queues, receiver.variables);
  const id = randomUUID();
  await broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }), { MessageAttributes: attributes });
  const [span] = await receiver.named(`process ${queues.queueUrl.slice(queues.queueUrl.lastIndexOf('/') + 1)}`);
  expect(await records.get(id)).toMatchObject({ state: 'done' });
  if (!span) throw new Error('unreachable');
  return span;
}

it.each([
  'x',
  '00',
  '00-',
  `00-${TRACE_ID}-${SPAN_ID}`,
  `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
  `ff-${TRACE_ID}-${SPAN_ID}-01`,
  `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${SPAN_ID}-01-more`,
  `00-${TRACE_ID}-${SPAN_ID}-zz`,
  `00-${'g'.repeat(32)}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${SPAN_ID}-01`.repeat(1_000),
  '{"traceparent":{}}',
  '\ud83d\ude00',
])('a run begins its own trace where traceparent is %.70j', async (traceparent) => {
  const span = await runOf({ traceparent: text(traceparent), tracestate: text('a=b') });
  expect(span.parentSpanId ?? '').toBe('');
  expect(span.traceId).not.toBe(TRACE_ID);
  expect(span.links ?? []).toEqual([]);
});

it('a traceparent of bytes is none', async () => {
  const span = await runOf({ traceparent: { DataType: 'Binary', BinaryValue: Buffer.from('00') } });
  expect(span.parentSpanId ?? '').toBe('');
});

it.each(['', ',,,', 'a', '='.repeat(600), 'A=1,é=2', `k=${'v'.repeat(2_000)}`, Array(99).fill('a=b').join()])(
  'a tracestate that is not well formed changes nothing: %.40j',
  async (tracestate) => {
    const state = tracestate === '' ? {} : { tracestate: text(tracestate) };
    const span = await runOf({ traceparent: text(`00-${TRACE_ID}-${SPAN_ID}-01`), ...state });
    expect(span).toMatchObject({ traceId: TRACE_ID, parentSpanId: SPAN_ID });
  },
);

it('a later version of traceparent counts as far as it is known', async () => {
  const span = await runOf({ traceparent: text(`01-${TRACE_ID}-${SPAN_ID}-01-more`) });
  expect(span).toMatchObject({ traceId: TRACE_ID, parentSpanId: SPAN_ID });
});

it.each(['{', 'null', '[]', '"traceparent"', '{"traceparent":1}', '{"traceparent":"00-1-2-3"}'])(
  'a dead-letter that says %s links to nothing',
  async (why) => {
    const span = await runOf({ 'dead-letter': text(why) });
    expect(span.links ?? []).toEqual([]);
  },
);
