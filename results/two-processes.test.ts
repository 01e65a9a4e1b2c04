import { transformFileSync } from '@swc/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** Runs `body` in a process of its own, with `records` open on the test's file and `say` to write a line. */
function second(body: string, ...args: readonly string[]): { child: ChildProcess; lines: AsyncIterable<string> } {
  const script = `
    const { SqliteRecords } = require(${JSON.stringify(join(folder, 'results', 'sqlite.js'))});
    const { writeSync } = require('node:fs');
    const say = (line) => writeSync(1, line + '\\n');
    SqliteRecords.open(${JSON.stringify(path)}).then(async (records) => { ${body} }).catch((error) => {
      console.error(error);
      process.exit(1);
    });`;
  const child = spawn(process.execPath, ['-e', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout }) };
}

const HAMMER = `
  const ids = process.argv.slice(1);
  const answers = await Promise.all(ids.map((id, at) =>
    new Promise((later) => setTimeout(later, Math.floor(at / 20)))
      .then(() => records.once({ id, input: 1 }, { result: 2 })).then(({ outcome }) => outcome)));
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
      await records.once({ id, input: 1 }, { result: 2 });
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
  expect(await records.once({ id: randomUUID(), input: 1 }, { result: 2 })).toMatchObject({ outcome: 'recorded' });
  await records.close();
});

test('killed while it holds the lock: the next writer goes on', async () => {
  const records = await SqliteRecords.open(path);
  const { child, lines } = second(
    `records['database'].exec('BEGIN IMMEDIATE'); say('locked'); setInterval(() => {}, 1000);`,
  );
  expect(await firstLine(lines)).toBe('locked');
  const write = records.once({ id: randomUUID(), input: 1 }, { result: 2 });
  child.kill('SIGKILL');
  expect(await write).toMatchObject({ outcome: 'recorded' });
  await records.close();
  expect(readFileSync(path).subarray(0, 15).toString()).toBe('SQLite format 3');
});
