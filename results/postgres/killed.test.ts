import { randomUUID } from 'node:crypto';
import { processVariables } from '../../contract/environment';
import { type TestRun } from '../../test/harness/jobs';
import { HAS_POSTGRES, PostgresServer } from '../conformance/postgres-server';
import { provisionDatabase } from './postgres';
import { withBroker } from '../../test/harness/broker';
import { startConsumerApp, stopConsumerApps } from '../../test/harness/consumer-app';
import { eventually } from '../../test/harness/eventually';

// Undefined on a bare machine; `.ci/run` starts a server. TEST_KILLS=10 takes about a minute.
const KILLS = Number(processVariables['TEST_KILLS'] ?? 2);
const JOBS_A_KILL = 100;

const LINE = 'INSERT INTO ledger VALUES ($1)';

/** Adds a line to a ledger that takes a job twice, by a write or by a callback. */
const work: TestRun = ({ id, input }) => {
  const effect = { result: input + 1 };
  if (id < '8') return { ...effect, writes: [{ sql: LINE, values: [id] }] };
  return {
    ...effect,
    transaction: async (client) => {
      await client.query(LINE, [id]);
    },
  };
};

const broker = withBroker();
let server: PostgresServer | undefined;
afterEach(async () => {
  await stopConsumerApps();
  await server?.remove();
});

(HAS_POSTGRES ? it : it.skip)(
  `loses nothing and does nothing twice where the database is killed in a burst, ${KILLS} times`,
  async () => {
    server = await PostgresServer.make();
    await provisionDatabase(server.url);
    await server.query('CREATE TABLE ledger (job text NOT NULL)');
    const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } });
    const { records, transport } = await startConsumerApp(queues, { RESULTS: server.url }, { work });
    const settled = { count: 0 };
    transport.onSettled(() => {
      settled.count += 1;
    });
    const send = (id: string): Promise<string> => broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }));
    const ids: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const burst = Array.from({ length: JOBS_A_KILL }, () => randomUUID());
      ids.push(...burst);
      const before = settled.count;
      const sent = burst.map((id, index) => (index < JOBS_A_KILL / 2 ? send(id) : undefined));
      await eventually(() => settled.count >= before + JOBS_A_KILL / 8);
      await server.kill();
      await Promise.all([...sent, ...burst.slice(JOBS_A_KILL / 2).map(send)]);
      await eventually(() => transport.status().pauses.includes('store'));
      await server.start();
      await eventually(() => !transport.status().pauses.includes('store'));
    }
    await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 60_000 });
    const states = (await records.getMany(ids)).map(({ state, attempts }) => [state, attempts]);
    expect(states).toEqual(ids.map(() => ['done', 0]));
    const lines = await server.query('SELECT job FROM ledger ORDER BY job COLLATE "C"');
    expect(lines.map(({ job }) => String(job))).toEqual(ids.toSorted());
    expect(await broker().receiveAll(queues.deadLetterQueueUrl)).toEqual([]);
  },
  60_000 + KILLS * 20_000,
);
