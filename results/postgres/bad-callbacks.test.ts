import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { Job } from '../../contract/job';
import { Rejection, RetryAfter } from '../../transport/index';
import { POSTGRES_URL, PostgresPlace, withPostgres } from '../conformance/postgres-place';
import { EffectRefused } from '../errors';
import type { OnceAnswer, Records, TransactionWork } from '../records';

const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });

/** One connection for effects, so that each gets the one of the effect before. */
const CONCURRENCY = 1;

let place: PostgresPlace;
let records: Records;

beforeEach(async () => {
  if (POSTGRES_URL === undefined) return;
  place = await PostgresPlace.create();
  await place.query('CREATE TABLE account (owner text PRIMARY KEY, balance integer NOT NULL)');
  await place.query(`INSERT INTO account VALUES ('ann', 100)`);
  records = await place.open(place.url, CONCURRENCY);
});
afterEach(async () => {
  if (POSTGRES_URL !== undefined) await place.destroy();
});

const run = (transaction: TransactionWork, job = newJob()): Promise<OnceAnswer> =>
  records.once(job, { result: 2, transaction });

const balance = async (): Promise<unknown> => (await place.query('SELECT balance FROM account'))[0]?.['balance'];

const pay: TransactionWork = async (client) => {
  await client.query('UPDATE account SET balance = 1');
};

/** Instead of a minute. */
const hasten = (client: ClientBase): Promise<unknown> =>
  client.query('SET LOCAL idle_in_transaction_session_timeout = 100');

withPostgres('a callback that keeps the client', () => {
  test('reaches no other transaction, and none of its own', async () => {
    let kept: ClientBase | undefined;
    await run(async (client) => {
      kept = client;
      await client.query('SELECT 1');
    });
    const late = async (): Promise<void> => {
      await kept?.query('UPDATE account SET balance = 1');
    };
    await expect(late()).rejects.toThrow(/The effect was over when this came; let its callback await each statement/);
    await expect(run(late)).rejects.toBeInstanceOf(EffectRefused);
    expect(await balance()).toBe(100);
  });

  test('to a step beside one that failed: nothing of it is written', async () => {
    const other = Promise.withResolvers<undefined>();
    let step: Promise<unknown> | undefined;
    const failed = run(async (client) => {
      step = other.promise.then(() => pay(client));
      await Promise.all([client.query('SELECT * FROM nowhere'), step]);
    });
    await expect(failed).rejects.toBeInstanceOf(EffectRefused);
    other.resolve(undefined);
    await expect(step).rejects.toBeInstanceOf(EffectRefused);
    expect(await balance()).toBe(100);
  });
});

withPostgres('a callback whose transaction the server ends, as it stands still', () => {
  test('is a refused effect, and no database that is unavailable', async () => {
    const refused = run(async (client) => {
      await pay(client);
      await hasten(client);
      await wait(300);
      await client.query('SELECT 1');
    });
    await expect(refused).rejects.toBeInstanceOf(EffectRefused);
    await expect(refused).rejects.toThrow(/The effect was refused \(25P03: .*idle-in-transaction timeout\)/);
    expect(await balance()).toBe(100);
  });

  test('also where it never comes back: its connection is there for the next', async () => {
    const job = newJob();
    const never: TransactionWork = async (client) => {
      await hasten(client);
      await new Promise(() => undefined);
    };
    await expect(run(never, job)).rejects.toBeInstanceOf(EffectRefused);
    expect(await run(pay, job)).toMatchObject({ outcome: 'recorded' });
  });
});

withPostgres('a callback', () => {
  test.each([
    ['Rejection', (cause: unknown) => new Rejection('there-already', 'ann has an account', { cause })],
    ['RetryAfter', (cause: unknown) => new RetryAfter(5, 'ann has an account', { cause })],
  ])('whose %s names the refused statement as its cause is taken at its word', async (_, verdict) => {
    const thrown = verdict(undefined);
    const job = newJob();
    const said = run(async (client) => {
      await client.query(`INSERT INTO account VALUES ('ann', 1)`).catch((cause: unknown) => {
        throw Object.assign(thrown, { cause });
      });
    }, job);
    await expect(said).rejects.toBe(thrown);
    expect(await records.get(job.id)).toBeUndefined();
  });

  test('that ends the transaction behind another statement: none of the two is carried out', async () => {
    const job = newJob();
    const refused = run(async (client) => {
      await client.query('UPDATE account SET balance = 1; COMMIT');
      await client.query('UPDATE account SET balance = 2; BEGIN');
    }, job);
    await expect(refused).rejects.toThrow(/cannot insert multiple commands/);
    expect([await balance(), await records.get(job.id)]).toEqual([100, undefined]);
  });

  test.each(['SET search_path TO pg_catalog', '/* of a tenant */ set session search_path = pg_catalog'])(
    'that says %p, for whatever comes after it, is refused',
    async (sql) => {
      const setting: TransactionWork = async (client) => {
        await client.query(sql);
      };
      const outcome = await run(setting).catch((error: unknown) => error);
      expect(await run(pay)).toMatchObject({ outcome: 'recorded' });
      expect(outcome).toMatchObject({
        message: expect.stringMatching(/would stay for the effects after it; SET LOCAL/),
      });
    },
  );

  test('has settings of its own as long as the transaction', async () => {
    await run(async (client) => {
      await client.query('SET LOCAL search_path TO pg_catalog');
      await client.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
      await client.query('SET CONSTRAINTS ALL DEFERRED');
    });
    expect(await run(pay)).toMatchObject({ outcome: 'recorded' });
  });
});
