import { randomUUID } from 'node:crypto';
import type { Records } from '../records';
import { STARTS, type Store, bring, stored, newJob, times } from './store-under-test';

const AT_ONCE = 100;
const MESSAGE = 'message-1';

async function begin(records: Records, id: string, runs: number): Promise<void> {
  for (let run = 0; run < runs; run += 1) await records.begin({ id, messageId: MESSAGE });
}

export function begins(store: Store): void {
  test('absent: noted, in a record that holds no payload and takes any', async () => {
    const { records } = store();
    const job = newJob();
    const answer = await records.begin({ id: job.id, messageId: MESSAGE });
    expect(answer).toEqual({ attempts: 0, begun: 1, state: 'accepted' });
    const record = await stored(records, job.id);
    expect(record).toEqual({ id: job.id, state: 'accepted', attempts: 0, begun: 1, updatedAt: record.updatedAt });
    expect(await records.claim(job)).toBe('sent');
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
  });

  test.each([
    ['claimed', 'accepted', 0],
    ['accepted', 'accepted', 0],
    ['failing', 'failing', 2],
  ] as const)('%s: every run that begins is noted, and the rest stays', async (start, state, attempts) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await stored(records, job.id);
    for (const begun of [1, 2]) {
      expect(await records.begin({ id: job.id, messageId: MESSAGE })).toEqual({ attempts, begun, state });
    }
    const record = await stored(records, job.id);
    expect(record).toEqual({ ...before, state, begun: 2, updatedAt: record.updatedAt });
  });

  test('100 at once from two handles: each is noted', async () => {
    const { records, reopen } = store();
    const other = await reopen();
    const { id } = newJob();
    const answers = await times(AT_ONCE, (index) =>
      (index % 2 === 0 ? records : other).begin({ id, messageId: MESSAGE }),
    );
    const begun = answers.map((answer) => answer.begun).sort((a, b) => a - b);
    expect(begun).toEqual(Array.from({ length: AT_ONCE }, (_, index) => index + 1));
  });
}

export function terminalBegins(store: Store): void {
  restarts(store);

  test('done stays and answers its attempts', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await stored(records, job.id);
    const answer = await records.begin({ id: job.id, messageId: MESSAGE });
    expect(answer).toEqual({ attempts: 2, begun: 0, state: 'done' });
    expect(await records.get(job.id)).toEqual(before);
  });

  test('failed stays for the message that was moved', async () => {
    const { records } = store();
    const { id } = newJob();
    await records.failJob({ id, reason: 'attempts', attempts: 5, movedMessage: 'moved' });
    const before = await stored(records, id);
    expect(await records.begin({ id, messageId: 'moved' })).toEqual({ attempts: 5, begun: 0, state: 'failed' });
    expect(await records.get(id)).toEqual(before);
  });
}

function restarts(store: Store): void {
  test('failed, and its dead letter is tried again: attempts and notes start over', async () => {
    const { records } = store();
    const job = newJob();
    await records.claim(job, 'group');
    const failure = { id: job.id, reason: 'attempts', lastError: 'last', attempts: 5, movedMessage: 'moved' };
    await records.failJob({ ...failure, type: job.type, input: job.input });
    const { type, hash, input, group } = await stored(records, job.id);
    const answer = await records.begin({ id: job.id, messageId: 'redriven' });
    expect(answer).toEqual({ attempts: 0, begun: 1, state: 'accepted' });
    const record = await stored(records, job.id);
    const { updatedAt } = record;
    expect(record).toEqual({
      id: job.id,
      state: 'accepted',
      attempts: 0,
      begun: 1,
      type,
      hash,
      input,
      group,
      updatedAt,
    });
  });
}

export function endedNotes(store: Store): void {
  test.each([
    ['done', (records: Records, id: string) => records.once({ id, type: 'add-one', input: 1 }, { result: 2 })],
    ['failed', (records: Records, id: string) => records.failJob({ id, reason: 'unsettled' })],
  ] as const)('%s holds no note', async (state, reach) => {
    const { records } = store();
    const { id } = newJob();
    await begin(records, id, 3);
    await reach(records, id);
    const record = await stored(records, id);
    expect(record.state).toBe(state);
    expect(record).not.toHaveProperty('begun');
  });
}

export function takeBacks(store: Store): void {
  test('takes one note back at a time, and none below none', async () => {
    const { records } = store();
    const job = await bring(records, 'failing');
    const before = await stored(records, job.id);
    await begin(records, job.id, 2);
    await records.takeBack(job.id);
    expect(await stored(records, job.id)).toMatchObject({ state: 'failing', begun: 1 });
    await records.takeBack(job.id);
    const record = await stored(records, job.id);
    expect(record).toEqual({ ...before, updatedAt: record.updatedAt });
    await records.takeBack(job.id);
    expect(await stored(records, job.id)).toEqual(record);
  });

  test.each(STARTS)('%s without a note: nothing changes', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    await records.takeBack(job.id);
    expect(await records.get(job.id)).toEqual(before);
  });

  test('as many as were noted, at once from two handles: none is left', async () => {
    const { records, reopen } = store();
    const other = await reopen();
    const { id } = newJob();
    await begin(records, id, 20);
    await times(20, (index) => (index % 2 === 0 ? records : other).takeBack(id));
    expect(await stored(records, id)).not.toHaveProperty('begun');
  });
}

export function notedFails(store: Store): void {
  test('a failed run that was noted takes its note back; another leaves the notes', async () => {
    const { records } = store();
    const { id } = newJob();
    await begin(records, id, 2);
    expect(await records.failRun({ id, error: 'boom' })).toEqual({ attempts: 1, begun: 2, state: 'failing' });
    expect(await stored(records, id)).toMatchObject({ begun: 2 });
    const noted = { id, error: 'boom', noted: true };
    expect(await records.failRun(noted)).toEqual({ attempts: 2, begun: 1, state: 'failing' });
    expect(await records.failRun(noted)).toEqual({ attempts: 3, begun: 0, state: 'failing' });
    expect(await records.failRun(noted)).toEqual({ attempts: 4, begun: 0, state: 'failing' });
    expect(await stored(records, id)).not.toHaveProperty('begun');
  });

  test('a note is there for another handle, and after everything was closed', async () => {
    const { records, reopen } = store();
    const id = randomUUID();
    await begin(records, id, 3);
    await records.close();
    expect(await stored(await reopen(), id)).toMatchObject({ state: 'accepted', attempts: 0, begun: 3 });
  });

  test('a lease and a note do not touch each other', async () => {
    const { records } = store();
    const job = newJob();
    await begin(records, job.id, 1);
    const answer = await records.lease(job, 60);
    await begin(records, job.id, 1);
    expect(answer).toMatchObject({ outcome: 'leased' });
    expect(await stored(records, job.id)).toMatchObject({ begun: 2, lease: { token: 1 } });
  });
}
