import { randomUUID } from 'node:crypto';
import { sizeLimitFaults } from './size-limits';
import { keepsRecords, openRecords } from './open';
import type { Records } from './records';

const job = { id: randomUUID(), type: 'resize', input: { url: 'https://x.test' } };
let records: Records;

beforeEach(async () => {
  records = await openRecords({ results: 'none', dynamodbRegion: undefined, dynamodbEndpoint: undefined });
});

test('an effect without writes is done each time, and nobody finds it again', async () => {
  expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
  expect(await records.once(job, { result: 3 })).toEqual({ outcome: 'recorded', result: 3 });
  expect(await records.get(job.id)).toBeUndefined();
  expect(await records.getMany([job.id])).toEqual([]);
});

test('what would have to be remembered is refused for good, in a sentence that says what to do', async () => {
  const writes = [{ sql: 'INSERT INTO ledger (line) VALUES (?)', values: ['line'] }];
  const refusals = [
    () => records.claim(job),
    () => records.lease(job, 60),
    () => records.once(job, { result: 2, writes }),
    () => records.once(job, { result: 2 }, 1),
    () => records.begin({ id: job.id, messageId: 'message' }),
    () => records.failRun({ id: job.id, error: 'boom' }),
    () => records.list({ state: 'failed', limit: 10 }),
    () => records.notes.put({ kind: 'pause', key: 'jobs', at: 0, value: null }),
    () => records.notes.get('pause', 'jobs'),
    () => records.notes.getMany('hold', [job.id]),
    () => records.notes.remove('pause', 'jobs'),
    () => records.notes.list('audit', 10),
  ];
  for (const refusal of refusals) {
    await expect(refusal()).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    await expect(refusal()).rejects.toThrow(/^RESULTS is none, so nothing is recorded: .*; name a store in RESULTS/);
  }
});

test('what has nothing to do succeeds, and a closed one answers as any store does', async () => {
  await records.accept(job.id);
  await records.takeBack(job.id);
  await records.failJob({ id: job.id, reason: 'attempts' });
  await records.check();
  expect(await records.expire(Date.now())).toBe(0);
  await records.close();
  await expect(records.once(job, { result: 2 })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  await expect(records.check()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});

test('is the only RESULTS that keeps no records, and has no limit of size', () => {
  expect(['none', 'sqlite:none', 'dynamodb:none'].map(keepsRecords)).toEqual([false, true, true]);
  expect(sizeLimitFaults('none', [])).toEqual([]);
});
