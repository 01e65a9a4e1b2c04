import { type SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { startConsumerApp } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { type Round } from './event-source';
import { INPUT } from './inputs';
import { kinds, withStages } from './stage';
import { openStoreFile } from '../harness/store-file';

const { broker, stage, it } = withStages();

const JSON_HEADERS = { 'content-type': 'application/json' };

const inputsOf = (bodies: readonly string[]): unknown[] =>
  bodies.map((body) => (JSON.parse(body) as { input: unknown }).input).sort((a, b) => Number(a) - Number(b));

const grouped = (group: string): Partial<SendMessageCommandInput> => ({
  MessageGroupId: group,
  MessageDeduplicationId: randomUUID(),
});

it('off Lambda there is no POST /events', async () => {
  const { url } = await startConsumerApp(await broker().createQueues());
  const response = await fetch(`${url}/events`, { method: 'POST', body: '{"Records":[]}', headers: JSON_HEADERS });
  expect(response.status).toBe(404);
});

const KINDS = kinds();

describe.each(KINDS)('%s', (kind) => {
  it('does every job of an event, and reports none', async () => {
    const { send, round, lambda } = await stage(kind);
    const ids = [await send(1), await send(2), await send(3)];
    const done: string[] = [];
    while (done.length < 3) {
      const { answer, deleted } = await round();
      expect(answer).toEqual({ payload: { batchItemFailures: [] } });
      done.push(...deleted);
    }
    expect(inputsOf(done)).toEqual([1, 2, 3]);
    for (const [place, id] of ids.entries()) {
      expect(await lambda.record(id)).toMatchObject({ state: 'done', result: place + 2 });
    }
  });

  it('one bad of ten: only that one comes again, and is dead-lettered after five attempts with its error', async () => {
    const { send, drain, lambda, queues } = await stage(kind);
    const bad = await send(INPUT.fails);
    const good = await Promise.all(Array.from({ length: 9 }, (_, input) => send(input)));
    await drain(90_000);
    const [deadLetter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
    expect(deadLetter && whyOf(deadLetter)).toMatchObject({
      jobId: bad,
      reason: 'attempts',
      attempts: 5,
      error: 'Error: thirteen is unlucky',
    });
    for (const id of good) expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 0 });
  }, 120_000);

  it('a job that fails twice is done at its third attempt', async () => {
    const { send, drain, lambda } = await stage(kind);
    const id = await send(INPUT.failsTwice);
    await drain();
    expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 2, result: INPUT.failsTwice + 1 });
  }, 90_000);

  it('all bad: malformed, conflict and unknown go to the dead-letter queue, nothing is reported', async () => {
    const { send, round, drain, queues } = await stage(kind);
    const id = await send(1);
    await round();
    await send(2, { id });
    await send('one');
    await broker().send(queues.queueUrl, 'not JSON');
    await drain();
    const reasons = (await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 3 })).map(
      (message) => whyOf(message).reason,
    );
    expect(reasons.sort()).toEqual(['conflict', 'invalid', 'malformed']);
  }, 90_000);

  it('a job delivered twice has one effect, in one event or in two', async () => {
    const { send, drain, lambda } = await stage(kind);
    const id = await send(1);
    await send(1, { id });
    await drain();
    await send(1, { id });
    const first = await lambda.record(id);
    await drain();
    expect(await lambda.record(id)).toEqual(first);
  });
});

describe.each(KINDS)('%s, on the bad day', (kind) => {
  it('FIFO: after a failure the rest of its group is reported unrun, other groups are done', async () => {
    const { send, source, drain, lambda, queues } = await stage(kind, { fifo: true });
    const [before, , after] = [
      await send(1, grouped('a')),
      await send(INPUT.failsTwice, grouped('a')),
      await send(2, grouped('a')),
    ];
    const other = await send(3, grouped('b'));
    const { messages } = await eventually(async () => (await source.round()) ?? false);
    expect(messages.length).toBeGreaterThan(0);
    const failed = await lambda.record(after);
    if (messages.length === 4) expect(failed).toBeUndefined();
    await drain();
    const [one, two] = [await lambda.record(before), await lambda.record(after)];
    expect(one?.updatedAt).toBeLessThanOrEqual(two?.updatedAt ?? 0);
    for (const id of [before, after, other])
      expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 0 });
    expect(await broker().receiveAll(queues.deadLetterQueueUrl)).toEqual([]);
  }, 90_000);

  it('stops before its deadline, and reports what is left; no attempt is counted', async () => {
    const { send, round, lambda } = await stage(kind, { timeoutSeconds: 12 });
    const [quick, slow] = [await send(1), await send(INPUT.waits)];
    const kept: string[] = [];
    const started = Date.now();
    while (kept.length === 0) {
      const { answer, ...rest } = await round();
      expect(answer).toMatchObject({ payload: {} });
      kept.push(...rest.kept);
    }
    expect(Date.now() - started).toBeLessThan(40_000);
    expect(inputsOf(kept)).toEqual([INPUT.waits]);
    await eventually(async () => (await lambda.record(quick))?.state === 'done');
    expect((await lambda.record(slow))?.attempts ?? 0).toBe(0);
  }, 60_000);

  it('an event that ends the process is an error: all of it comes again, and none has a second effect', async () => {
    const { send, lambda, source, queues } = await stage(kind);
    const id = await send(1);
    const crash = await send(INPUT.endsTheProcess);
    const rounds: Round[] = [];
    await eventually(
      async () => {
        const round = await source.round();
        if (round) rounds.push(round);
        return rounds.some(({ answer }) => 'error' in answer);
      },
      { withinMs: 30_000 },
    );
    const { kept, deleted } = rounds.at(-1) ?? { kept: [], deleted: [] };
    expect(deleted).toEqual([]);
    expect(kept.map((body) => (JSON.parse(body) as { id: string }).id)).toContain(crash);
    await eventually(async () => {
      const { inFlight, visible } = await broker().depth(queues.queueUrl);
      return inFlight + visible >= 1;
    });
    expect((await lambda.record(id))?.state ?? 'done').toBe('done');
  }, 60_000);
});

describe.each(KINDS)('%s, at its edges', (kind) => {
  it('what was in an event that ended the process is done by the next environment, once', async () => {
    const { send, drain, lambda } = await stage(kind, { visibilityTimeoutSeconds: 3 });
    const ids = [await send(1), await send(INPUT.endsTheProcessOnce), await send(2)];
    await drain();
    for (const id of ids) expect(await lambda.record(id)).toMatchObject({ state: 'done', attempts: 0 });
  }, 90_000);

  it('a store that is unavailable: the event is not answered with success, and all is done once it is back', async () => {
    const { send, round, drain, lambda } = await stage(kind, { timeoutSeconds: 8 });
    const first = await send(1);
    await round();
    const database = openStoreFile(lambda.resultsPath);
    database.exec('BEGIN EXCLUSIVE');
    const id = await send(2);
    const { kept } = await round();
    expect(inputsOf(kept)).toEqual([2]);
    database.exec('ROLLBACK');
    database.close();
    await drain(90_000);
    for (const done of [first, id]) expect(await lambda.record(done)).toMatchObject({ state: 'done', attempts: 0 });
  }, 120_000);
});
