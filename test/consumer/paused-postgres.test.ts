import { randomUUID } from 'node:crypto';
import { PostgresPlace, withPostgres } from '../../results/conformance/postgres-place';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const NAME = 'notes_reader';

withPostgres('with TEST_POSTGRES_URL', () => {
  test('a consumer whose user may not read notes says so once and goes on; with the right it sees the pause', async () => {
    const said: string[] = [];
    const keep = (text: unknown, context: unknown) => context === 'PauseWatch' && said.push(String(text));
    const logger = { log: () => undefined, warn: keep, error: keep };
    const place = await PostgresPlace.create();
    const user = `${NAME}_${randomUUID().slice(0, 8)}`;
    await place.query(`CREATE ROLE ${user} LOGIN; GRANT USAGE ON SCHEMA ${place.schema} TO ${user};
      GRANT SELECT, INSERT, UPDATE, DELETE ON plusone_record TO ${user}`);
    const queues = await broker().createQueues();
    try {
      const operator = await place.open();
      const key = queues.queueUrl.split('/').at(-1) ?? '';
      await operator.notes.put({ kind: 'pause', key, at: Date.now(), value: { who: 'ann@desk' } });
      const consumer = await startConsumerApp(queues, { RESULTS: place.urlWith({ username: user }) }, { logger });
      const id = randomUUID();
      await broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }));
      await eventually(async () => (await operator.get(id))?.state === 'done', { withinMs: 20_000 });
      expect(said).toEqual([
        expect.stringMatching(
          /^Whether the consumer is paused cannot be read, and it goes on: .* gives this user no right to plusone_note; grant SELECT/,
        ),
      ]);
      await place.query(`GRANT SELECT ON plusone_note TO ${user}`);
      await eventually(() => consumer.transport.status().pauses.includes('operator'), { withinMs: 20_000 });
      expect(said[1]).toMatch(/^Paused by ann@desk/);
      await place.query(`REVOKE SELECT ON plusone_note FROM ${user}`);
      await eventually(() => said.length === 3, { withinMs: 20_000 });
      expect(said[2]).toMatch(/^Whether the consumer is paused cannot be read, and it stays paused: /);
      expect(consumer.transport.status().pauses).toContain('operator');
    } finally {
      await stopConsumerApps();
      await place.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
      await place.destroy();
    }
  }, 60_000);
});
