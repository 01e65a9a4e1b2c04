import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { JobRecord, Listing, RecordState, Records } from '../records';
import { STATES } from '../records';
import { type Store, bring, newJob, times } from './store-under-test';

const idsOf = (records: readonly JobRecord[]): string[] => records.map(({ id }) => id);

/** Every page of a listing, one after the other. */
async function pages(records: Records, listing: Listing): Promise<JobRecord[][]> {
  const all: JobRecord[][] = [];
  let after: string | undefined;
  do {
    const page = await records.list({ ...listing, ...(after !== undefined && { after }) });
    all.push([...page.records]);
    ({ after } = page);
  } while (after !== undefined);
  return all;
}

const fail = async (records: Records, type?: string): Promise<string> => {
  const id = randomUUID();
  await records.failJob({ id, type, reason: 'attempts', lastError: 'boom', attempts: 5 });
  return id;
};

/** Asks until `count` records are listed, for up to 10 s: an index of DynamoDB's follows its table a moment later. */
async function listed(records: Records, listing: Listing, count: number): Promise<JobRecord[]> {
  for (let tries = 200; ; tries -= 1) {
    const found = (await pages(records, listing)).flat();
    if (found.length === count || tries === 0) return found;
    await wait(50);
  }
}

export function lists(store: Store): void {
  test('what has failed, newest first, as get answers it', async () => {
    const { records } = store();
    const ids: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      ids.unshift(await fail(records, 'resize'));
      await wait(2);
    }
    await bring(records, 'done');
    await bring(records, 'failing');
    const found = await listed(records, { state: 'failed', limit: 100 }, 5);
    expect(idsOf(found)).toEqual(ids);
    expect(found).toEqual(await times(5, (index) => records.get(ids[index] ?? '')));
  });

  test('of one type, where the type that is left out is add-one', async () => {
    const { records } = store();
    const [resize, addOne, none] = [await fail(records, 'resize'), await fail(records, 'add-one'), await fail(records)];
    await listed(records, { state: 'failed', limit: 100 }, 3);
    const of = async (type: string): Promise<string[]> =>
      idsOf((await records.list({ state: 'failed', type, limit: 100 })).records).sort();
    expect(await of('resize')).toEqual([resize]);
    expect(await of('add-one')).toEqual([addOne, none].sort());
    expect(await of('another')).toEqual([]);
  });

  test('since a time', async () => {
    const { records } = store();
    await fail(records);
    await wait(5);
    const since = Date.now();
    const later = [await fail(records), await fail(records)].sort();
    expect(idsOf(await listed(records, { state: 'failed', since, limit: 100 }, 2)).sort()).toEqual(later);
    expect((await records.list({ state: 'failed', since: since + 60_000, limit: 100 })).records).toEqual([]);
  });
}

export function listPages(store: Store): void {
  test('in pages: each once, whatever their times, and no page after the last', async () => {
    const { records } = store();
    const ids = await times(45, () => fail(records, 'resize'));
    await listed(records, { state: 'failed', limit: 1_000 }, 45);
    const all = await pages(records, { state: 'failed', limit: 20 });
    expect(all.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(idsOf(all.flat()).sort()).toEqual(ids.sort());
    const ages = all.flat().map(({ updatedAt }) => updatedAt);
    expect(ages).toEqual(ages.toSorted((one, other) => other - one));
    expect(await pages(records, { state: 'failed', type: 'resize', limit: 45 })).toHaveLength(1);
  });

  test('a retry that succeeds takes it off the list', async () => {
    const { records } = store();
    const [job, left] = [newJob(), await fail(records)];
    await records.failJob({ ...job, reason: 'attempts' });
    await listed(records, { state: 'failed', limit: 10 }, 2);
    await records.begin({ id: job.id, messageId: 'again' });
    expect(idsOf((await records.list({ state: 'failed', limit: 10 })).records)).toEqual([left]);
    await records.once(job, { result: 2 });
    expect(idsOf((await records.list({ state: 'failed', limit: 10 })).records)).toEqual([left]);
  });
}

export function listings(store: Store): void {
  test('other states where the store has an index of them, or one sentence', async () => {
    const { records, lists } = store();
    const jobs = new Map<RecordState, string>();
    for (const state of STATES) jobs.set(state, (await bring(records, state)).id);
    for (const state of STATES.filter((one) => one !== 'failed')) {
      const listing = records.list({ state, limit: 10 });
      if (lists.includes(state)) expect(idsOf((await listing).records)).toEqual([jobs.get(state)]);
      else
        await expect(listing).rejects.toMatchObject({
          code: 'RECORD_REFUSED',
          message: expect.stringContaining(state) as string,
        });
    }
  });

  test.each([0, 1_001, 1.5, NaN, -1])('a page of %p records is refused', async (limit) => {
    await expect(store().records.list({ state: 'failed', limit })).rejects.toThrow(/has from 1 to 1000, not/);
  });

  test.each(['', 'x', 'bm90aGluZw', Buffer.from('[1]').toString('base64url')])(
    'the page after %p is refused',
    async (after) => {
      const listing = store().records.list({ state: 'failed', limit: 10, after });
      await expect(listing).rejects.toThrow(/not where a page of records ended/);
    },
  );
}
