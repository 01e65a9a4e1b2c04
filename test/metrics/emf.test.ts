import { randomUUID } from 'node:crypto';
import { toRecord } from '../../experiments/rig/lambda/events';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { endApps, runApp } from '../harness/processes';
import { INPUT } from '../lambda/inputs';
import { LambdaFunction } from '../lambda/lambda-function';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { noEmulator } from '../../experiments/rig/lambda/emulator';

const broker = withBroker();
afterAll(endApps);

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Metrics: readonly { readonly Name: string }[] }[] };
};

const emfLines = (lines: readonly string[]): Line[] =>
  lines.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line) as Line);

const toEvent = (bodies: readonly string[]): unknown => ({
  Records: bodies.map((Body, place) =>
    toRecord({
      MessageId: randomUUID(),
      ReceiptHandle: `handle-${place}`,
      Body,
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    }),
  ),
});

const job = (input: unknown): string => JSON.stringify({ id: randomUUID(), input });

if (noEmulator !== undefined) it.skip(`emulated: ${noEmulator}`, () => undefined);

const KINDS = noEmulator === undefined ? (['direct', 'emulated'] as const) : (['direct'] as const);

it.each(KINDS)(
  'a function with METRICS=emf writes one line for each event, what it counted of it, %s',
  async (kind) => {
    const queues = await broker().createQueues();
    const lambda = await LambdaFunction[kind]({ ...queues.env, METRICS: 'emf' }, 20);
    try {
      await lambda.invoke(toEvent([job(1), job(2), job(INPUT.fails), 'not JSON']));
      const [first] = await eventually(() => emfLines(lambda.lines).length > 0 && emfLines(lambda.lines));
      expect(first).toMatchObject({
        service: 'consumer',
        queue: queues.queueUrl.slice(queues.queueUrl.lastIndexOf('/') + 1),
        plusone_handled_total_done: 2,
        plusone_handled_total_retry: 1,
        plusone_handled_total_reject: 1,
        plusone_dead_letters_total_malformed: 1,
        plusone_handling_seconds: { Count: 4 },
      });
      await lambda.invoke(toEvent([job(3)]));
      const [, second, ...more] = await eventually(() => emfLines(lambda.lines).length > 1 && emfLines(lambda.lines));
      expect(second).toMatchObject({ plusone_handled_total_done: 1 });
      expect(second).not.toHaveProperty('plusone_handled_total_retry');
      expect(more).toEqual([]);
      const named = second?._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
      expect(Object.keys(second ?? {}).sort()).toEqual(['_aws', 'queue', 'service', ...(named ?? [])].sort());
    } finally {
      await lambda.stop();
    }
  },
);

it('a producer that is a function writes what it counted, with the first request and when it ends', async () => {
  const { env } = await broker().createQueues();
  const PORT = String(await freePort());
  const function_ = { AWS_LAMBDA_FUNCTION_NAME: 'producer', METRICS: 'emf', RESULTS: 'none', PORT };
  const app = runApp('dist/producer/main.js', { env: { ...env, ...function_ } });
  await app.line(/Listening on/);
  for (let input = 0; input < 5; input += 1) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ input });
    expect((await fetch(`http://127.0.0.1:${PORT}/produce`, { method: 'POST', headers, body })).status).toBe(202);
  }
  await app.stop();
  const lines = emfLines(app.lines);
  const sum = (name: string): number => lines.reduce((total, line) => total + Number(line[name] ?? 0), 0);
  expect(lines[0]).toMatchObject({ service: 'producer', plusone_accepted_total: 1, plusone_requests_total_ok: 1 });
  expect([sum('plusone_accepted_total'), sum('plusone_requests_total_ok')]).toEqual([5, 5]);
});
