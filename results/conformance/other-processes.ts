import { transformFileSync } from '@swc/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const REPOSITORY = resolve(__dirname, '..', '..');

/** Compiles the store for other processes, which have no jest to do so. */
function compileStore(to: string): void {
  symlinkSync(join(REPOSITORY, 'node_modules'), join(to, 'node_modules'));
  for (const folder of ['results', 'contract']) {
    mkdirSync(join(to, folder));
    const names = readdirSync(join(REPOSITORY, folder));
    for (const name of names.filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts'))) {
      const { code } = transformFileSync(join(REPOSITORY, folder, name), {
        jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2023' },
        module: { type: 'commonjs' },
      });
      writeFileSync(join(to, folder, name.replace(/ts$/, 'js')), code);
    }
  }
}

export interface Second {
  readonly child: ChildProcess;
  readonly lines: AsyncIterable<string>;
}

export interface OtherProcesses {
  /** The path of the running test's file, which is not there yet. */
  readonly path: () => string;
  /** Runs `body` in a process of its own, with `records` open on the test's file and `say` to write a line. */
  readonly second: (body: string, ...args: readonly string[]) => Second;
  /** The same without a store; `load` requires one of the store's modules. */
  readonly plain: (body: string, ...args: readonly string[]) => Second;
}

/** For a test file: each test has a file of its own, and its processes end with it. */
export function withOtherProcesses(): OtherProcesses {
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

  const plain: OtherProcesses['plain'] = (body, ...args) => {
    const script = `
      const { writeSync } = require('node:fs');
      const say = (line) => writeSync(1, line + '\\n');
      const load = (name) => require(${JSON.stringify(join(folder, 'results'))} + '/' + name + '.js');
      ${body}`;
    const child = spawn(process.execPath, ['-e', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    // The iterator is made now, since lines that nobody iterates over yet would be lost.
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  };
  const second: OtherProcesses['second'] = (body, ...args) =>
    plain(
      `load('sqlite').SqliteRecords.open(${JSON.stringify(path)}).then(async (records) => { ${body} }).catch((error) => {
        console.error(error);
        process.exit(1);
      });`,
      ...args,
    );
  return { path: () => path, second, plain };
}

export async function firstLine(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) return line;
  throw new Error('the process ended without a word');
}
