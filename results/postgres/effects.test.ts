import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Job } from '../../contract/job';
import { POSTGRES_URL, PostgresPlace, withPostgres } from '../conformance/postgres-place';
import { EffectRefused, RecordRefused } from '../errors';
import { NoRecords } from '../none';
import type { Records, TransactionWork } from '../records';

const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });

let place: PostgresPlace;
let records: Records;

beforeEach(async () => {
  if (POSTGRES_URL === undefined) return;
  place = await PostgresPlace.create();
  await place.query('CREATE TABLE account (owner text PRIMARY KEY, balance integer NOT NULL CHECK (balance >= 0))');
  await place.query(`INSERT INTO account VALUES ('ann', 100), ('bob', 0)`);
  records = await place.open();
});
afterEach(async () => {
  if (POSTGRES_URL !== undefined) await place.destroy();
});

const balances = async (): Promise<unknown[]> =>
  (await place.query('SELECT balance FROM account ORDER BY owner')).map(({ balance }) => balance as unknown);

/** Adds to both accounts, in this order. */
const adding =
  (...owners: readonly string[]): TransactionWork =>
  async (client) => {
    for (const owner of owners)
      await client.query('UPDATE account SET balance = balance + 1 WHERE owner = $1', [owner]);
  };

/** Adds an account, and waits until the test lets go. */
function held(): {
  readonly transaction: TransactionWork;
  readonly begun: Promise<unknown>;
  readonly letGo: () => void;
} {
  const events = new EventTarget();
  const begun = once(events, 'begun');
  const freed = once(events, 'freed');
  const transaction: TransactionWork = async (client) => {
    await client.query('INSERT INTO account VALUES ($1, 1)', [`c-${randomUUID()}`]);
    events.dispatchEvent(new Event('begun'));
    await freed;
  };
  return { transaction, begun, letGo: () => events.dispatchEvent(new Event('freed')) };
}

withPostgres('a transaction, as a callback', () => {
  test('is carried out with the record, after the writes, and once', async () => {
    const job = newJob();
    const writes = [{ sql: 'UPDATE account SET balance = balance * 2 WHERE owner = $1', values: ['ann'], changes: 1 }];
    const effect = { result: 2, writes, transaction: adding('ann', 'bob') };
    expect(await records.once(job, effect)).toEqual({ outcome: 'recorded', result: 2 });
    expect(await records.once(job, effect)).toEqual({ outcome: 'repeat', result: 2 });
    expect(await balances()).toEqual([201, 1]);
  });

  test('what it throws is what the caller gets, and undoes all of it', async () => {
    const job = newJob();
    const thrown = new Error('declined');
    const transaction: TransactionWork = async (client) => {
      await adding('ann')(client);
      throw thrown;
    };
    await expect(records.once(job, { result: 2, transaction })).rejects.toBe(thrown);
    expect([await balances(), await records.get(job.id)]).toEqual([[100, 0], undefined]);
    expect(await records.once(job, { result: 2, transaction: adding('ann') })).toMatchObject({ outcome: 'recorded' });
  });

  test('a statement that the database refuses is a refused effect, also where a library wraps it', async () => {
    const transaction: TransactionWork = async (client) => {
      const query = client.query('UPDATE account SET balance = balance - 500');
      await query.catch((cause: unknown) => {
        throw new Error('of a library', { cause });
      });
    };
    const refused = records.once(newJob(), { result: 2, transaction });
    await expect(refused).rejects.toBeInstanceOf(EffectRefused);
    await expect(refused).rejects.toThrow(/^The effect was refused \(23514: new row .* violates check constraint/);
  });

  test('a statement that failed, and that it went on after: nothing is written, and it is said', async () => {
    const job = newJob();
    const transaction: TransactionWork = async (client) => {
      await adding('ann')(client);
      await client.query('SELECT * FROM nowhere').catch(() => undefined);
    };
    const refused = records.once(job, { result: 2, transaction });
    await expect(refused).rejects.toThrow(/A statement of the effect failed and the effect went on; nothing of it/);
    expect([await balances(), await records.get(job.id)]).toEqual([[100, 0], undefined]);
  });

  test('a constraint that is checked at the commit refuses the effect', async () => {
    await place.query('CREATE TABLE child (owner text REFERENCES account DEFERRABLE INITIALLY DEFERRED)');
    const writes = [{ sql: 'INSERT INTO child VALUES ($1)', values: ['nobody'] }];
    const refused = records.once(newJob(), { result: 2, writes });
    await expect(refused).rejects.toMatchObject({ code: 'EFFECT_REFUSED' });
    await expect(refused).rejects.toThrow(/23503/);
  });

  test.each(['BEGIN', ' -- x\n commit;', 'ROLLBACK', '/* x */ END', 'start transaction', "Prepare Transaction 'x'"])(
    '%p in it is refused for good, also where it is caught',
    async (sql) => {
      const job = newJob();
      const transaction: TransactionWork = async (client) => {
        await adding('ann')(client);
        await Promise.resolve()
          .then(() => client.query(sql))
          .catch(() => undefined);
      };
      const refused = records.once(job, { result: 2, transaction });
      await expect(refused).rejects.toBeInstanceOf(RecordRefused);
      await expect(refused).rejects.toThrow(/is part of the transaction of its job's record, and begins and ends none/);
      await expect(records.once(job, { result: 2, writes: [{ sql }] })).rejects.toBeInstanceOf(RecordRefused);
      expect([await balances(), await records.get(job.id)]).toEqual([[100, 0], undefined]);
    },
  );

  test('a transaction that is ended by what is not recognized: it is said', async () => {
    const transaction: TransactionWork = async (client) => {
      await client.query('/* /* of two */ */ COMMIT');
    };
    const refused = records.once(newJob(), { result: 2, transaction });
    await expect(refused).rejects.toThrow(/The effect ended the transaction of its record; leave BEGIN, COMMIT/);
  });

  test('savepoints are its own', async () => {
    const transaction: TransactionWork = async (client) => {
      await adding('ann')(client);
      await client.query('SAVEPOINT mine');
      await adding('bob')(client);
      await client.query('ROLLBACK TO SAVEPOINT mine');
    };
    expect(await records.once(newJob(), { result: 2, transaction })).toMatchObject({ outcome: 'recorded' });
    expect(await balances()).toEqual([101, 0]);
  });

  test('several statements in one write are refused, and a slow one by its own limit', async () => {
    const several = [{ sql: 'UPDATE account SET balance = 1; UPDATE account SET balance = 2' }];
    await expect(records.once(newJob(), { result: 2, writes: several })).rejects.toThrow(/EffectRefused|was refused/);
    const hasty = await place.open(place.urlWith({}, '-c statement_timeout=100'));
    const slow = hasty.once(newJob(), { result: 2, writes: [{ sql: 'SELECT pg_sleep(60)' }] });
    await expect(slow).rejects.toThrow(/The effect was refused \(57014: .*statement timeout\)/);
    expect(await hasty.once(newJob(), { result: 2, transaction: adding('ann') })).toMatchObject({
      outcome: 'recorded',
    });
  });

  test('is refused by a store that has none', async () => {
    const refused = new NoRecords().once(newJob(), { result: 2, transaction: adding('ann') });
    await expect(refused).rejects.toBeInstanceOf(RecordRefused);
  });
});

withPostgres('effects beside each other', () => {
  test('a slow one holds up no other job', async () => {
    const slow = held();
    const answer = records.once(newJob(), { result: 2, transaction: slow.transaction });
    await slow.begun;
    const others = Array.from({ length: 100 }, (_, index) =>
      records.once(newJob(), index % 2 === 0 ? { result: 2 } : { result: 2, transaction: adding('bob') }),
    );
    for (const { outcome } of await Promise.all(others)) expect(outcome).toBe('recorded');
    slow.letGo();
    expect(await answer).toMatchObject({ outcome: 'recorded' });
    expect(await balances()).toEqual([100, 50, 1]);
  });

  test('as many slow ones as there are connections: records go on, more effects wait and are carried out', async () => {
    const slow = Array.from({ length: 25 }, held);
    const answers = slow.map(({ transaction }) => records.once(newJob(), { result: 2, transaction }));
    await Promise.all(slow.slice(0, 20).map(({ begun }) => begun));
    expect(await records.once(newJob(), { result: 2 })).toMatchObject({ outcome: 'recorded' });
    await records.check();
    for (const { letGo } of slow) letGo();
    for (const { outcome } of await Promise.all(answers)) expect(outcome).toBe('recorded');
    expect(await balances()).toHaveLength(27);
  });

  test('the job of a slow one, delivered to another process among others: only it waits, and is a repeat', async () => {
    const slow = held();
    const job = newJob();
    const answer = records.once(job, { result: 2, transaction: slow.transaction });
    await slow.begun;
    const other = await place.open();
    const repeat = other.once(job, { result: 3 });
    const others = await Promise.all(Array.from({ length: 50 }, () => other.once(newJob(), { result: 2 })));
    expect(others.every(({ outcome }) => outcome === 'recorded')).toBe(true);
    slow.letGo();
    expect(await answer).toEqual({ outcome: 'recorded', result: 2 });
    expect(await repeat).toEqual({ outcome: 'repeat', result: 2 });
  });

  test.each(['read committed', 'serializable'])('deadlocks and conflicts are tried again: %s', async (isolation) => {
    const strict = await place.open(
      place.urlWith({}, `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')} -c deadlock_timeout=10`),
    );
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        strict.once(newJob(), {
          result: 2,
          transaction: index % 2 === 0 ? adding('ann', 'bob') : adding('bob', 'ann'),
        }),
      ),
    );
    expect(answers.every(({ outcome }) => outcome === 'recorded')).toBe(true);
    expect(await balances()).toEqual([112, 12]);
  });
});
