import { type Delivery } from '../../transport/index';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordedAttempts } from '../../consumer/recorded-attempts';
import { SqliteRecords } from '../../results/sqlite';
import { type Records } from '../../results/records';

let folder: string;
let records: Records;
let attempts: RecordedAttempts;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-'));
  records = await SqliteRecords.open(join(folder, 'results.db'));
  attempts = new RecordedAttempts(records);
});
afterEach(async () => {
  await records.close();
  await rm(folder, { recursive: true });
});

const delivery = (id: string, input: unknown, messageId: string = randomUUID()): Delivery => ({
  messageId,
  body: JSON.stringify({ id, type: 'add-one', input }),
  attributes: {},
  type: undefined,
  version: undefined,
  receiveCount: 1,
  groupId: undefined,
  orderedGroup: undefined,
  traceHeader: undefined,
  sentAt: Date.now(),
  firstReceivedAt: Date.now(),
  receivedAt: Date.now(),
  receiptHandle: 'handle',
});

const NO = { error: 'no', publicError: 'NoError' };
const LATE = { error: 'late', publicError: 'LateError' };

it('counts failed runs by job, whatever message they came in', async () => {
  const id = randomUUID();
  expect(await attempts.standing(delivery(id, 1))).toEqual({ attempts: 0, begun: 0, job: 'open' });
  expect(await attempts.fail(delivery(id, 1), NO, false)).toEqual({ attempts: 1, begun: 0, job: 'open' });
  expect(await attempts.fail(delivery(id.toUpperCase(), 1), NO, false)).toEqual({
    attempts: 2,
    begun: 0,
    job: 'open',
  });
  expect(await attempts.standing(delivery(id, 1))).toEqual({ attempts: 2, begun: 0, job: 'open' });
});

it('tells a job that is done from another payload under its id, before and after a failed run', async () => {
  const id = randomUUID();
  await records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
  expect(await attempts.standing(delivery(id, 1))).toMatchObject({ job: 'done' });
  expect(await attempts.fail(delivery(id, 1), NO, false)).toMatchObject({ job: 'done' });
  expect(await attempts.standing(delivery(id, 2))).toMatchObject({ job: 'conflict' });
  expect(await attempts.fail(delivery(id, 2), NO, false)).toMatchObject({ job: 'conflict' });
});

it('records with a dead letter what it was about, as far as its message can be read', async () => {
  const letter = { reason: 'invalid', error: 'no', attempts: 0, firstAt: '', lastAt: '', sourceMessageId: '' };
  const [id, messageId] = [randomUUID(), randomUUID()];
  const input = { url: 'https://x.test', sizes: [1] };
  await attempts.deadLettered({ ...delivery(id, input), type: 'resize' }, letter, true);
  expect(await records.get(id)).toMatchObject({ state: 'failed', type: 'resize', input, reason: 'invalid' });
  await attempts.deadLettered({ ...delivery(id, 1, messageId), body: '{', type: 'resize' }, letter, true);
  const unread = await records.get(messageId);
  expect(unread).toMatchObject({ state: 'failed', type: 'resize', reason: 'invalid' });
  expect(unread).not.toHaveProperty('input');
});

it('tells a job that is done from one of another type under its id', async () => {
  const id = randomUUID();
  await records.once({ id, type: 'resize', input: [1] }, { result: 2 });
  expect(await attempts.standing({ ...delivery(id, [1]), type: 'resize' })).toMatchObject({ job: 'done' });
  expect(await attempts.standing({ ...delivery(id, [1]), type: 'add-one' })).toMatchObject({ job: 'conflict' });
});

it('notes runs by job, and takes a note back with the outcome of its run', async () => {
  const id = randomUUID();
  expect(await attempts.begin(delivery(id, 1))).toEqual({ attempts: 0, begun: 1, job: 'open' });
  expect(await attempts.begin(delivery(id.toUpperCase(), 1))).toEqual({ attempts: 0, begun: 2, job: 'open' });
  expect(await attempts.standing(delivery(id, 1))).toEqual({ attempts: 0, begun: 2, job: 'open' });
  expect(await attempts.fail(delivery(id, 1), NO, true)).toEqual({ attempts: 1, begun: 1, job: 'open' });
  expect(await attempts.fail(delivery(id, 1), NO, false)).toEqual({ attempts: 2, begun: 1, job: 'open' });
  await attempts.takeBack(delivery(id, 1));
  await attempts.takeBack(delivery(id, 1));
  expect(await attempts.standing(delivery(id, 1))).toEqual({ attempts: 2, begun: 0, job: 'open' });
});

it('lets no run of a job begin that is done, with this payload or another', async () => {
  const id = randomUUID();
  await records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
  const before = await records.get(id);
  expect(await attempts.begin(delivery(id, 1))).toMatchObject({ begun: 0, job: 'done' });
  expect(await attempts.begin(delivery(id, 2))).toMatchObject({ begun: 0, job: 'conflict' });
  await attempts.takeBack(delivery(id, 1));
  expect(await records.get(id)).toEqual(before);
});

const why = { reason: 'attempts', error: 'no', attempts: 5, firstAt: '', lastAt: '', sourceMessageId: '' };

it('starts over with a dead letter that is tried again', async () => {
  const id = randomUUID();
  await attempts.begin(delivery(id, 1));
  await attempts.fail(delivery(id, 1), NO, false);
  await attempts.deadLettered(delivery(id, 1), why, true);
  expect(await records.get(id)).toMatchObject({ state: 'failed', reason: 'attempts', attempts: 5 });
  expect(await attempts.standing(delivery(id, 1))).toEqual({ attempts: 0, begun: 0, job: 'open' });
  expect(await attempts.begin(delivery(id, 1))).toEqual({ attempts: 0, begun: 1, job: 'open' });
  expect(await attempts.fail(delivery(id, 1), NO, true)).toEqual({ attempts: 1, begun: 0, job: 'open' });
});

it('a duplicate of the message that was dead-lettered is left over: not run, and its failure not counted', async () => {
  const id = randomUUID();
  const duplicate = delivery(id, 1);
  await attempts.deadLettered(duplicate, why, true);
  const before = await records.get(id);
  expect(await attempts.standing(duplicate)).toEqual({ attempts: 5, begun: 0, job: 'moved' });
  expect(await attempts.begin(duplicate)).toEqual({ attempts: 5, begun: 0, job: 'moved' });
  expect(await attempts.fail(duplicate, LATE, false)).toEqual({ attempts: 5, begun: 0, job: 'moved' });
  expect(await records.get(id)).toEqual(before);
});

it('a message that only SQS can move is not left over until it has', async () => {
  const id = randomUUID();
  const heavy = delivery(id, 1);
  await attempts.deadLettered(heavy, why, false);
  expect(await attempts.standing(heavy)).toEqual({ attempts: 0, begun: 0, job: 'open' });
});

it('takes the MessageId for the id of what cannot be read', () => {
  expect(attempts.jobId({ ...delivery('', 1, 'm'), body: '{' })).toBe('m');
});

it('records no more of a type than a job type can have, whatever a message says', async () => {
  const id = randomUUID();
  const long = { ...delivery(id, 1), type: 'x'.repeat(900_000) };
  await attempts.begin(long);
  await attempts.deadLettered(
    long,
    { ...LATE, reason: 'unknown-type', attempts: 0, firstAt: '', lastAt: '', sourceMessageId: '' },
    true,
  );
  expect(await records.get(id)).toMatchObject({ state: 'failed', type: 'x'.repeat(64) });
});
