import { payloadHash } from '../payload-hash';
import { type Store, bring, stored, newJob, without } from './store-under-test';

export function failRuns(store: Store): void {
  const answers = { absent: 1, claimed: 1, accepted: 1, failing: 3, failed: 1 };

  test.each(['absent', 'claimed', 'accepted', 'failing', 'failed'] as const)('%s: one attempt more', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    const answer = { attempts: answers[start], begun: 0, state: 'failing' };
    expect(await records.failRun({ id: job.id, error: 'boom' })).toEqual(answer);
    const record = await stored(records, job.id);
    expect(record).toMatchObject({ state: 'failing', attempts: answers[start], lastError: 'boom' });
    expect(record).not.toHaveProperty('reason');
    expect([record.hash, record.input]).toEqual([before?.hash, before?.input]);
  });

  test('done stays and answers its attempts', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await stored(records, job.id);
    expect(await records.failRun({ id: job.id, error: 'late' })).toEqual({ attempts: 2, begun: 0, state: 'done' });
    expect(await records.get(job.id)).toEqual(before);
  });

  test('failed stays for a run of the message that was moved, and not for another', async () => {
    const { records } = store();
    const { id } = newJob();
    await records.failJob({ id, reason: 'attempts', attempts: 5, movedMessage: 'moved' });
    const before = await stored(records, id);
    const late = await records.failRun({ id, error: 'late', messageId: 'moved' });
    expect(late).toEqual({ attempts: 5, begun: 0, state: 'failed' });
    expect(await records.get(id)).toEqual(before);
    const retried = await records.failRun({ id, error: 'again', messageId: 'redriven' });
    expect(retried).toEqual({ attempts: 1, begun: 0, state: 'failing' });
    expect(await stored(records, id)).not.toHaveProperty('movedMessage');
  });

  test('an error text comes back as it went in', async () => {
    const { records } = store();
    const error = `Error: "quoted", it's\n\t\u0000 ünïcödé 🦉 ${'x'.repeat(900)}`;
    const { id } = newJob();
    await records.failRun({ id: id, error: error });
    expect((await stored(records, id)).lastError).toBe(error);
  });
}

export function failJobs(store: Store): void {
  test.each(without('done'))('%s becomes failed', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    const failure = { id: job.id, reason: 'unsettled', lastError: 'gone', attempts: 4 };
    await records.failJob(failure);
    const record = await stored(records, job.id);
    expect(record).toMatchObject({ ...failure, state: 'failed' });
    expect([record.hash, record.input]).toEqual([before?.hash, before?.input]);
  });

  test('what the failure leaves open stays as it was', async () => {
    const { records } = store();
    const job = await bring(records, 'failing');
    await records.failJob({ id: job.id, reason: 'deleted' });
    expect(await stored(records, job.id)).toMatchObject({
      state: 'failed',
      reason: 'deleted',
      attempts: 2,
      lastError: 'second',
    });
  });

  test('done stays', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await stored(records, job.id);
    await records.failJob({ id: job.id, reason: 'deleted' });
    expect(await records.get(job.id)).toEqual(before);
  });
}

export function publicErrors(store: Store): void {
  test('what callers may see of the last error is kept with it, and ends with it', async () => {
    const { records } = store();
    const { id } = newJob();
    await records.failRun({ id, error: 'Error: s3cret', publicError: 'Error' });
    expect(await stored(records, id)).toMatchObject({ lastError: 'Error: s3cret', publicError: 'Error' });
    await records.begin({ id, messageId: 'message' });
    expect(await stored(records, id)).toMatchObject({ lastError: 'Error: s3cret', publicError: 'Error' });
    await records.failRun({ id, error: 'by an older version' });
    expect(await stored(records, id)).not.toHaveProperty('publicError');
  });

  test('what callers may see belongs to the error it was written with', async () => {
    const { records } = store();
    const { id } = newJob();
    await records.failRun({ id, error: 'Error: s3cret', publicError: 'Error' });
    await records.failJob({ id, reason: 'deleted' });
    expect(await stored(records, id)).toMatchObject({ lastError: 'Error: s3cret', publicError: 'Error' });
    await records.failJob({ id, reason: 'closed', lastError: 'closed, caused by 7', publicError: 'closed' });
    expect(await stored(records, id)).toMatchObject({ lastError: 'closed, caused by 7', publicError: 'closed' });
    await records.failJob({ id, reason: 'closed', lastError: 'by an older version' });
    expect(await stored(records, id)).not.toHaveProperty('publicError');
  });
}

export function failures(store: Store): void {
  const input = { url: 'https://x.test', sizes: [1] };

  test.each(['absent', 'failing'] as const)('%s: what it was about is kept', async (start) => {
    const { records } = store();
    const job = { id: newJob().id, type: 'resize', input };
    if (start === 'failing') await records.failRun({ id: job.id, type: job.type, error: 'boom' });
    await records.failJob({ ...job, reason: 'attempts' });
    const { type, hash, ...record } = await stored(records, job.id);
    expect({ type, input: record.input, hash }).toEqual({ type: 'resize', input, hash: payloadHash(job) });
    expect(await records.once({ ...job, input: 7 }, { result: 2 })).toEqual({ outcome: 'conflict' });
    expect(await records.once(job, { result: 2 })).toMatchObject({ outcome: 'recorded' });
  });

  test('of a job that is known with another payload or type it says nothing', async () => {
    const { records } = store();
    const job = await bring(records, 'accepted');
    for (const other of [{ input: 7 }, { type: 'resize' }]) {
      await records.failJob({ ...job, ...other, reason: 'conflict' });
      const { type, hash, ...record } = await stored(records, job.id);
      expect({ type, hash, input: record.input }).toEqual({ type: job.type, hash: payloadHash(job), input: undefined });
    }
  });

  test('an input that no record can hold is left out', async () => {
    const { records } = store();
    const { id } = newJob();
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    await records.failJob({ id, type: 'resize', input: deep, reason: 'invalid' });
    const record = await stored(records, id);
    expect(record).toMatchObject({ state: 'failed', type: 'resize', reason: 'invalid' });
    expect(record).not.toHaveProperty('input');
  });

  test('the type is known from the first run on', async () => {
    const { records } = store();
    const [begun, failing] = [newJob(), newJob()];
    await records.begin({ id: begun.id, type: 'resize', messageId: 'message' });
    await records.failRun({ id: failing.id, type: 'resize', error: 'boom' });
    for (const { id } of [begun, failing]) expect(await stored(records, id)).toMatchObject({ type: 'resize' });
  });
}
