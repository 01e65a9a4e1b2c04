import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { OtlpReceiver } from '../harness/otlp-receiver';
import { endApps, runApp } from '../harness/processes';
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

it('the spans of a request are with the receiver before the producer answers it', async () => {
  const receiver = await OtlpReceiver.start();
  const queues = await broker().createQueues();
  const port = String(await freePort());
  const variables = { ...receiver.variables, OTEL_BSP_SCHEDULE_DELAY: NEVER, AWS_LAMBDA_FUNCTION_NAME: 'producer' };
  const app = runApp('dist/producer/main.js', {
    env: { ...broker().environment(queues), ...variables, PORT: port, RESULTS: 'none' },
  });
  try {
    await app.line(/Listening on/, 30_000);
    const headers = { 'content-type': 'application/json', traceparent: PARENT };
    const post = (body: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/produce`, { method: 'POST', body, headers });
    expect((await post('{"input":1}')).status).toBe(202);
    expect(receiver.spans.map(({ name }) => name)).toEqual([expect.stringMatching(/^create /), 'POST /produce']);
    receiver.spans.length = 0;
    expect((await post('{"input":"1"}')).status).toBe(400);
    expect(receiver.spans).toMatchObject([{ attributes: { 'http.response.status_code': 400 } }]);
  } finally {
    await app.stop();
    await receiver.close();
  }
});
