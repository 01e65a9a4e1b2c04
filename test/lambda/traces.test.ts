import { OtlpReceiver } from '../harness/otlp-receiver';
import { withBroker } from '../harness/broker';
import { endApps } from '../harness/processes';
import { EventSource } from './event-source';
import { LambdaFunction } from './lambda-function';
import { kinds } from './stage';

const broker = withBroker();
afterAll(endApps);

/** By itself nothing would be sent while a test runs. */
const NEVER = '600000';
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it.each(kinds())('the spans of an event are with the receiver before it is answered, %s', async (kind) => {
  const receiver = await OtlpReceiver.start();
  const queues = await broker().createQueues();
  const variables = { ...receiver.variables, OTEL_BSP_SCHEDULE_DELAY: NEVER };
  const lambda = await LambdaFunction[kind]({ ...broker().environment(queues), ...variables }, 20);
  try {
    const traceparent = { DataType: 'String', StringValue: PARENT };
    await broker().send(queues.queueUrl, '{"input":1}', { MessageAttributes: { traceparent } });
    const source = new EventSource(broker().client, queues.queueUrl, lambda.invoke);
    expect((await source.round())?.deleted).toHaveLength(1);
    expect(receiver.spans).toMatchObject([
      { kind: 'CONSUMER', parentSpanId: '00f067aa0ba902b7', resource: { 'service.name': 'plusone-consumer' } },
    ]);
  } finally {
    await lambda.stop();
    await receiver.close();
  }
});
