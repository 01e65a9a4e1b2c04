import { withBroker } from '../harness/broker';
import { endApps, runApp } from '../harness/processes';

const broker = withBroker();
afterAll(endApps);

interface Said {
  readonly seen: readonly string[];
  readonly spans: readonly { name: string; traceId: string; spanId: string; parent?: string }[];
  readonly foreign: number;
}

it('beside a set-up of its own and the AWS instrumentation, each message has its own context and polls make no span', async () => {
  const { queueUrl, deadLetterQueueUrl, env } = await broker().createQueues();
  const { endpoint, region } = broker();
  const args = [queueUrl, deadLetterQueueUrl, endpoint, region];
  const app = runApp('dist/test/traces/instrumented.js', { args, env });
  await app.exit(30_000);
  const { seen, spans, foreign } = JSON.parse(await app.line(/^\{"seen/)) as Said;
  // The instrumentation is at work where it is let.
  expect(foreign).toBeGreaterThan(0);
  const name = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  const named = (wanted: string): Said['spans'] => spans.filter((span) => span.name === wanted);
  const creates = named(`create ${name}`);
  expect(new Set(spans.map((span) => span.name))).toEqual(
    new Set(['caller', 'own call', `create ${name}`, `process ${name}`]),
  );
  // The last one had ten attributes, so that no trace fits.
  const sent = creates.filter(({ parent }) => parent !== undefined);
  expect(seen.toSorted()).toEqual(
    [...sent.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`), 'none'].toSorted(),
  );
  expect(sent.map(({ traceId }) => traceId).toSorted()).toEqual(
    named('caller')
      .map(({ traceId }) => traceId)
      .toSorted(),
  );
  const runs = named(`process ${name}`);
  expect(runs.flatMap(({ parent }) => parent ?? []).toSorted()).toEqual(sent.map(({ spanId }) => spanId).toSorted());
  expect(
    named('own call')
      .map(({ parent }) => parent)
      .toSorted(),
  ).toEqual(runs.map(({ spanId }) => spanId).toSorted());
});
