import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { firstLine, type Second, withOtherProcesses } from './conformance/other-processes';
import { onceElsewhere } from './elsewhere';
import { SqliteRecords } from './sqlite';

const { path: pathOf, second } = withOtherProcesses();

const HAMMER = `
  const ids = process.argv.slice(1);
  const answers = await Promise.all(ids.map((id, at) =>
    new Promise((later) => setTimeout(later, Math.floor(at / 20)))
      .then(() => records.once({ id, type: 'add-one', input: 1 }, { result: 2 })).then(({ outcome }) => outcome)));
  say(JSON.stringify(answers));
  await records.close();`;

test('three processes record the same 1,000 jobs: one effect each', async () => {
  const ids = Array.from({ length: 1_000 }, () => randomUUID());
  const answers = await Promise.all(
    [1, 2, 3].map(async () => JSON.parse(await firstLine(second(HAMMER, ...ids).lines)) as string[]),
  );
  for (const index of ids.keys()) {
    expect(answers.map((outcomes) => outcomes[index]).sort()).toEqual(['recorded', 'repeat', 'repeat']);
  }
});

/** Two claim, accept and record in long chains, as producer and consumer do, without a pause. */
const SATURATE = `
  const until = Date.now() + 1500;
  let slowest = 0, count = 0;
  const chain = async () => {
    while (Date.now() < until) {
      const from = performance.now();
      await records.once({ id: require('node:crypto').randomUUID(), type: 'add-one', input: 1 }, { result: 2 });
      slowest = Math.max(slowest, performance.now() - from);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 20 }, chain));
  say(JSON.stringify({ slowest, count }));
  await records.close();`;

test('two processes that never pause both get on', async () => {
  const both = await Promise.all(
    [second(SATURATE), second(SATURATE)].map(
      async ({ lines }) => JSON.parse(await firstLine(lines)) as { slowest: number; count: number },
    ),
  );
  for (const { slowest, count } of both) {
    expect(slowest).toBeLessThan(5_000);
    expect(count).toBeGreaterThan(20);
  }
});

const RECORD_FOREVER = `
  const chain = async () => {
    for (;;) {
      const id = require('node:crypto').randomUUID();
      await records.once({ id, type: 'add-one', input: 1 }, { result: 2 });
      say(id);
    }
  };
  for (let n = 0; n < 50; n += 1) void chain();`;

test.each([300, 600, 900])('kill -9 after %i answers: what was answered is there', async (enough) => {
  const { child, lines } = second(RECORD_FOREVER);
  const answered: string[] = [];
  for await (const id of lines) {
    answered.push(id);
    if (answered.length === enough) child.kill('SIGKILL');
  }
  expect(answered.length).toBeGreaterThanOrEqual(enough);
  const records = await SqliteRecords.open(pathOf());
  const found = await records.getMany(answered);
  expect(found.filter(({ state, result }) => state === 'done' && result === 2)).toHaveLength(answered.length);
  await records.check();
  expect(await records.once({ id: randomUUID(), type: 'add-one', input: 1 }, { result: 2 })).toMatchObject({
    outcome: 'recorded',
  });
  await records.close();
});

test('killed while it holds the lock: the next writer goes on', async () => {
  const records = await SqliteRecords.open(pathOf());
  const { child, lines } = second(
    `records['database'].exec('BEGIN IMMEDIATE'); say('locked'); setInterval(() => {}, 1000);`,
  );
  expect(await firstLine(lines)).toBe('locked');
  const write = records.once({ id: randomUUID(), type: 'add-one', input: 1 }, { result: 2 });
  child.kill('SIGKILL');
  expect(await write).toMatchObject({ outcome: 'recorded' });
  await records.close();
  expect(readFileSync(pathOf()).subarray(0, 15).toString()).toBe('SQLite format 3');
});

/** Calls the provider at argv 2 for the job at argv 1, and says how that ended. */
const CALL_ELSEWHERE = `
  const { onceElsewhere } = load('elsewhere');
  const [id, url] = process.argv.slice(1);
  const options = { leaseSeconds: 0.5, signal: new AbortController().signal };
  const ended = await onceElsewhere({ records, job: { id, type: 'add-one', input: 1 } }, options, async ({ key }) => {
    const answer = await fetch(url, { method: 'POST', headers: { 'idempotency-key': key } });
    return { result: Number(await answer.text()) };
  }).catch((error) => error.name);
  say(JSON.stringify(ended));
  await records.close();`;

/** Freezes a process, but not within a transaction: its lock would keep everyone else from writing. */
function freeze({ child }: Second): void {
  const file = new DatabaseSync(pathOf(), { timeout: 10_000 });
  file.exec('BEGIN IMMEDIATE');
  child.kill('SIGSTOP');
  file.close();
}

test('frozen past its lease while its call is out, then back: one payment, one record', async () => {
  const keys: unknown[] = [];
  const payments = new Map<unknown, number>();
  const provider = createServer((request, response) => {
    const key = request.headers['idempotency-key'];
    keys.push(key);
    // The first caller is frozen before it is answered.
    if (keys.length === 1) freeze(zombie);
    payments.set(key, payments.get(key) ?? payments.size + 1);
    response.end(String(payments.get(key)));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const job = { id: randomUUID(), type: 'add-one', input: 1 };
  const zombie = second(CALL_ELSEWHERE, job.id, url);
  await once(provider, 'request');

  const records = await SqliteRecords.open(pathOf());
  const options = { leaseSeconds: 60, signal: new AbortController().signal };
  const answer = await onceElsewhere({ records, job }, options, async ({ key, token }) => {
    const paid = await fetch(url, { method: 'POST', headers: { 'idempotency-key': key } });
    expect(token).toBe(2);
    zombie.child.kill('SIGCONT');
    // Back while the next owner still calls.
    expect(await firstLine(zombie.lines)).toBe('"EffectOwnerChanged"');
    return { result: Number(await paid.text()) };
  });
  expect(answer).toEqual({ outcome: 'recorded', result: 1 });
  expect(keys).toEqual([job.id, job.id]);
  expect(await records.get(job.id)).toMatchObject({ state: 'done', result: 1, lease: { token: 2 } });
  await records.close();
  provider.close();
  provider.closeAllConnections();
  await once(provider, 'close');
});
