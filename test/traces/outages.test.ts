import { type RequestListener } from 'node:http';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { Log } from '../harness/log';
import { OtlpReceiver } from '../harness/otlp-receiver';

const broker = withBroker();

let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  await stopConsumerApps();
  await receiver?.close();
  receiver = undefined;
});

const JOBS = 30;

/** Of the smallest sizes, so that they are reached here. */
const SMALL = { OTEL_BSP_MAX_QUEUE_SIZE: '5', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5', OTEL_BSP_EXPORT_TIMEOUT: '300' };

const ANSWERS: readonly (readonly [string, RequestListener])[] = [
  ['nothing', () => undefined],
  ['an error', (_, response) => response.writeHead(500).end('no')],
  ['nonsense', (_, response) => response.writeHead(400, { 'content-type': 'text/html' }).end('<html>\n\u0000{]')],
  ['nonsense as a success', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['half of an answer', (_, response) => response.writeHead(200, { 'content-length': '100' }).write('{')],
  ['an end of the connection', (request) => request.socket.destroy()],
];

async function works(variables: Readonly<Record<string, string>>): Promise<Log> {
  const log = new Log();
  const { queueUrl, ...queues } = await broker().createQueues();
  await startConsumerApp({ queueUrl, ...queues }, { ...variables, ...SMALL }, { logger: log });
  for (let input = 0; input < JOBS; input += 1) await broker().send(queueUrl, JSON.stringify({ input }));
  await eventually(() => broker().isEmpty(queueUrl), { withinMs: 20_000 });
  return log;
}

/** Of this receiver: one of a test before may be given up only now. */
const told = (log: Log, url: string): string[] => log.matching(/takes no traces/).filter((line) => line.includes(url));

it.each(ANSWERS)(
  'works off every job while the receiver answers with %s, and says so once at most',
  async (_, answer) => {
    receiver = await OtlpReceiver.start(answer);
    const log = await works(receiver.variables);
    await eventually(() => (receiver?.requests ?? 0) > 0);
    await stopConsumerApps();
    expect(told(log, receiver.url).length).toBeLessThanOrEqual(1);
    expect(log.matching(/^error|undefined/)).toEqual([]);
  },
);

it('works off every job without a receiver, and says so once', async () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
  const log = await works({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_BSP_SCHEDULE_DELAY: '20' });
  await eventually(() => told(log, OTEL_EXPORTER_OTLP_ENDPOINT).length === 1, { withinMs: 20_000 });
  await stopConsumerApps();
  expect(told(log, OTEL_EXPORTER_OTLP_ENDPOINT)).toHaveLength(1);
});
