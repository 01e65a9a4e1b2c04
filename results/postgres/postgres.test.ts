import { recordsConformance } from '../conformance';
import { PostgresPlace, withPostgres } from '../conformance/postgres-place';
import type { Ledger } from '../conformance/store-under-test';
import { STATES } from '../records';

async function ledgerIn(place: PostgresPlace): Promise<Ledger> {
  await place.query('CREATE TABLE ledger (seq bigserial PRIMARY KEY, line text NOT NULL)');
  return {
    append: (line) => ({ sql: 'INSERT INTO ledger (line) VALUES ($1)', values: [line] }),
    refused: () => ({ sql: 'UPDATE ledger SET line = line WHERE line = $1', values: ['nowhere'], changes: 1 }),
    foreign: () => ({ Delete: { TableName: 'ledger', Key: { id: { S: 'one' } } } }),
    lines: async () => (await place.query('SELECT line FROM ledger ORDER BY seq')).map(({ line }) => String(line)),
  };
}

withPostgres('with TEST_POSTGRES_URL', () => {
  recordsConformance('PostgreSQL', async () => {
    const place = await PostgresPlace.create();
    return {
      records: await place.open(),
      reopen: () => place.open(),
      expiresByItself: false,
      lists: STATES,
      ledger: await ledgerIn(place),
      destroy: () => place.destroy(),
    };
  });
});
