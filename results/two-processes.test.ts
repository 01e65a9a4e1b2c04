import { transformFileSync } from '@swc/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { storeOfVersion } from './conformance/older-versions';
import { onceElsewhere } from './elsewhere';
import { SqliteRecords } from './sqlite';

/** Compiles the store for a second process, which has no jest to do so. */
function compileStore(to: string): void {
  mkdirSync(join(to, 'results'), { recursive: true });
  const sources = readdirSync(__dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  for (const name of sources) {
    const options = {
      jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2023' },
      module: { type: 'commonjs' },
    } as const;
    writeFileSync(
      join(to, 'results', name.replace(/ts$/, 'js')),
      transformFileSync(join(__dirname, name), options).code,
    );
  }
}

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-two-'));
  compileStore(folder);
});

beforeEach(() => {
  path = join(folder, `${randomUUID()}.db`);
});

afterEach(async () => {
  const left = children.splice(0).filter((child) => child.exitCode === null && child.signalCode === null);
  await Promise.all(left.map((child) => (child.kill('SIGKILL'), once(child, 'exit'))));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Second {
  readonly child: ChildProcess;
  readonly lines: AsyncIterable<string>;
}

/** Runs `body` in a process of its own, with `records` open on the test's file and `say` to write a line. */
function second(body: string, ...args: readonly string[]): Second {
  const script = `
    const { SqliteRecords } = require(${JSON.stringify(join(folder, 'results', 'sqlite.js'))});
    SqliteRecords.open(${JSON.stringify(path)}).then(async (records) => { ${body} }).catch((error) => {
      console.error(error);
      process.exit(1);
    });`;
  return plain(script, ...args);
}

/** Without a store; `load` requires one of this folder's modules. */
function plain(body: string, ...args: readonly string[]): Second {
  const script = `
    const { writeSync } = require('node:fs');
    const say = (line) => writeSync(1, line + '\\n');
    const load = (name) => require(${JSON.stringify(join(folder, 'results'))} + '/' + name + '.js');
    ${body}`;
  const child = spawn(process.execPath, ['-e', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout }) };
}

const HAMMER = `
  const ids = process.argv.slice(1);
  const answers = await Promise.all(ids.map((id, at) =>
    new Promise((later) => setTimeout(later, Math.floor(at / 20)))
      .then(() => records.once({ id, type: 'add-one', input: 1 }, { result: 2 })).then(({ outcome }) => outcome)));
  say(JSON.stringify(answers));
  await records.close();`;

async function firstLine(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) return line;
  throw new Error('the process ended without a word');
}

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
      await records.once({ id: require('node:crypto').randomUUID(), input: 1 }, { result: 2 });
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
  const records = await SqliteRecords.open(path);
  const found = await records.getMany(answered);
  expect(found.filter(({ state, result }) => state === 'done' && result === 2)).toHaveLength(answered.length);
  await records.check();
  expect(await records.once({ id: randomUUID(), type: 'add-one', input: 1 }, { result: 2 })).toMatchObject({
    outcome: 'recorded',
  });
  await records.close();
});

test('killed while it holds the lock: the next writer goes on', async () => {
  const records = await SqliteRecords.open(path);
  const { child, lines } = second(
    `records['database'].exec('BEGIN IMMEDIATE'); say('locked'); setInterval(() => {}, 1000);`,
  );
  expect(await firstLine(lines)).toBe('locked');
  const write = records.once({ id: randomUUID(), type: 'add-one', input: 1 }, { result: 2 });
  child.kill('SIGKILL');
  expect(await write).toMatchObject({ outcome: 'recorded' });
  await records.close();
  expect(readFileSync(path).subarray(0, 15).toString()).toBe('SQLite format 3');
});

/** A migration up to its COMMIT. */
const HALF_A_MIGRATION = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1]);
  database.exec(\`BEGIN IMMEDIATE;
    ALTER TABLE record ADD COLUMN message_group TEXT;
    ALTER TABLE record ADD COLUMN moved_message TEXT;
    ALTER TABLE record ADD COLUMN lease_token INTEGER;
    PRAGMA user_version = 2\`);
  say('half');
  setInterval(() => {}, 1000);`;

test('ten processes open a store of version 1, one more is killed while it migrates: nothing is lost', async () => {
  const jobs = Array.from({ length: 500 }, () => ({ id: randomUUID(), type: 'add-one', input: 1 }));
  storeOfVersion(1, path, { jobs, state: 'done' });
  const killed = plain(HALF_A_MIGRATION, path);
  expect(await firstLine(killed.lines)).toBe('half');
  const openers = Array.from({ length: 10 }, () =>
    second(
      `say(JSON.stringify(await records.once({ id: process.argv[1], input: 1 }, { result: 9 }))); await records.close()`,
      jobs[0]?.id ?? '',
    ),
  );
  const answers = Promise.all(openers.map(({ lines }) => firstLine(lines)));
  killed.child.kill('SIGKILL');
  expect(new Set(await answers)).toEqual(new Set(['{"outcome":"repeat","result":2}']));
  const records = await SqliteRecords.open(path);
  const found = await records.getMany(jobs.map(({ id }) => id));
  expect(found.filter(({ state, attempts }) => state === 'done' && attempts === 3)).toHaveLength(500);
  expect((await records.lease({ id: randomUUID(), type: 'add-one', input: 1 }, 60)).outcome).toBe('leased');
  await records.close();
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

test('frozen past its lease while its call is out, then back: one payment, one record', async () => {
  const keys: unknown[] = [];
  const payments = new Map<unknown, number>();
  const provider = createServer((request, response) => {
    const key = request.headers['idempotency-key'];
    keys.push(key);
    // The first caller is frozen before it is answered.
    if (keys.length === 1) zombie.child.kill('SIGSTOP');
    payments.set(key, payments.get(key) ?? payments.size + 1);
    response.end(String(payments.get(key)));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const job = { id: randomUUID(), type: 'add-one', input: 1 };
  const zombie = second(CALL_ELSEWHERE, job.id, url);
  await once(provider, 'request');

  const records = await SqliteRecords.open(path);
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
