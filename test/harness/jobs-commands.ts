import { type DatabaseSync } from 'node:sqlite';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { childEnvironment } from '../../ops/child-environment';
import { runCommand } from '../../ops/cli/jobs';
import { type Pair, startPair } from '../../testing/pair';
import { Rejection } from '../../transport/index';
import { TEST_JOB, testWork } from './jobs';
import { endApps, runApp } from './processes';
import { type ItOnBoth, onBothQueues } from './side-by-side';
import { openStoreFile } from './store-file';

/** What a command said and how it ended. */
interface Answer {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Long, as every look through a dead-letter queue ends with a second of waiting. */
export const ENDS_WITHIN_MS = 60_000;

/** For tests of many commands at the same time, on a machine that others use too. */
jest.setTimeout(300_000);

const SENT_AT_ONCE = 25;

/** The jobs command line in this process: to start another one takes a third of a second of a processor. */
export async function runJobs(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Answer> {
  const output = new PassThrough();
  const code = await runCommand(args, {
    streams: { stdin: Readable.from([]), stdout: output, stderr: output },
    variables: childEnvironment(env),
    signal: new AbortController().signal,
  });
  const lines = (await text(output.end())).split('\n').slice(0, -1);
  return { code, lines };
}

/** The jobs command line as a process. */
export async function runJobsProcess(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Answer> {
  const app = runApp('dist/ops/cli/jobs.js', { args, env });
  const { code } = await app.exit(ENDS_WITHIN_MS);
  return { code, lines: app.lines };
}

/** A pair whose negative inputs are dead letters while it is broken, and the command line on it. */
export class JobsCommands {
  broken = true;
  /** If set, each run waits for it before it begins its work. */
  gate: Promise<void> | undefined;

  private constructor(
    readonly pair: Pair,
    readonly fifo: boolean,
    private readonly ledger: DatabaseSync,
  ) {}

  static async start(fifo: boolean): Promise<JobsCommands> {
    const work = testWork(async ({ id, input }) => {
      await commands.gate;
      if (commands.broken && input < 0) throw new Rejection('negative', `Order ${1_000 - input} of ${id} is negative`);
      return { result: input + 1, writes: [{ sql: 'INSERT INTO ledger (id) VALUES (?)', values: [id] }] };
    });
    const pair = await startPair({ works: [work], fifo });
    const ledger = openStoreFile(pair.resultsPath);
    ledger.exec('CREATE TABLE ledger (id TEXT)');
    const commands = new JobsCommands(pair, fifo, ledger);
    return commands;
  }

  get variables(): Record<string, string> {
    return { ...this.pair.variables, RESULTS: `sqlite:${this.pair.resultsPath}` };
  }

  get deadLetterQueueName(): string {
    return (this.pair.variables['DLQ_URL'] ?? '').split('/').at(-1) ?? '';
  }

  run(...args: string[]): Promise<Answer> {
    return runJobs(args, this.variables);
  }

  /** The lines of a command that did all of it, as objects. */
  async listed(...args: string[]): Promise<Record<string, unknown>[]> {
    const { code, lines } = await this.run(...args, '--json');
    expect({ code, lines }).toMatchObject({ code: 0 });
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Resolves to the ids of that many jobs once each is a dead letter. */
  async fail(count: number, group?: string): Promise<string[]> {
    const { pair } = this;
    const ids: string[] = [];
    for (let from = 0; from < count; from += SENT_AT_ONCE) {
      const inputs = Array.from({ length: Math.min(SENT_AT_ONCE, count - from) }, (_, nth) => -1 - from - nth);
      ids.push(
        ...(await Promise.all(inputs.map((input) => pair.send(TEST_JOB, input, group === undefined ? {} : { group })))),
      );
    }
    for (const id of ids) expect(await pair.settled(id)).toMatchObject({ state: 'failed' });
    await pair.idle();
    return ids;
  }

  /** Ids of jobs in a table without any key, where a second effect is a second line. */
  effects(): unknown[] {
    const lines = this.ledger.prepare('SELECT id FROM ledger ORDER BY id').all();
    return lines.map(({ id }) => id);
  }

  /** Letters in the dead-letter queue, visible or not. */
  async dead(): Promise<number> {
    const [{ deadLetters }] = (await this.listed('status')) as [{ deadLetters: { visible: number; inFlight: number } }];
    return deadLetters.visible + deadLetters.inFlight;
  }

  async close(): Promise<void> {
    await endApps();
    this.ledger.close();
    await this.pair.close();
  }
}

/** For tests that run side by side, each with a pair of its own. */
export const withJobsCommands = (): ItOnBoth<JobsCommands> =>
  onBothQueues({ open: (fifo) => JobsCommands.start(fifo), close: (on) => on.close() });
