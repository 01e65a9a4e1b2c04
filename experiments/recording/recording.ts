/**
 * What recording a result costs: one consumer empties a backlog of jobs that do nothing, with the record and without it,
 * in interleaved pairs. With `--postgres` it is recorded in SQLite, or in a table of its own in that database.
 *
 *   npm run recording -- [--pairs N] [--jobs N] [--broker URL] [--postgres URL] [--json FILE]
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { provisionDatabase } from '../../results/postgres/postgres';
import { makeJobs } from '../rig/count-jobs';
import { readBusyMs, readCpuMs } from '../rig/process/journal';
import { LOST_AFTER_SECONDS, Place } from '../rig/place';
import { announce, conclude, type Findings, median, spread } from '../rig/cli/report';
import { run } from '../rig/cli/run';
import { type Row, Table } from '../rig/cli/terminal';
import { toMessage } from '../rig/jobs';

type Kind = 'without' | 'recorded' | 'postgres';
/** The first is what the second is compared with. */
type Kinds = readonly [Kind, Kind];

interface Figures {
  readonly cpuMicros: number;
  readonly jobsPerSecond: number;
}

interface Measured {
  readonly figures: Figures;
  readonly faults: readonly string[];
}

interface Options {
  readonly pairs: number;
  readonly jobs: number;
  readonly postgres: string | undefined;
}

async function tableIn(database: string): Promise<string> {
  const schema = `recording_${randomUUID().replaceAll('-', '')}`;
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(`CREATE SCHEMA ${schema}`);
  await client.end();
  const url = new URL(database);
  url.searchParams.set('options', `-c search_path=${schema}`);
  await provisionDatabase(String(url));
  return String(url);
}

async function measure(place: Place, kind: Kind, { jobs: count, postgres = '' }: Options): Promise<Measured> {
  const round = await place.round(undefined, kind === 'postgres' ? await tableIn(postgres) : undefined);
  const jobs = makeJobs(count);
  await round.queues.send(jobs.map(toMessage));
  const consumer = round.start({ unrecorded: kind === 'without' });
  const empty = await round.until(async () => (await round.queues.depth()) === 0, LOST_AFTER_SECONDS);
  await consumer.listening();
  await consumer.end('SIGTERM');
  const done = await round.doneIds(jobs.map(({ id }) => id));
  const faults: string[] = [];
  if (!empty) faults.push('the queue was not emptied');
  const expected = kind === 'without' ? 0 : count;
  if (done.size !== expected) faults.push(`${done.size} records, not ${expected}`);
  const figures = {
    cpuMicros: Math.round((readCpuMs(round.journal) / count) * 1_000),
    jobsPerSecond: Math.round(count / (readBusyMs(round.journal) / 1_000)),
  };
  await round.close(faults.length > 0);
  return { figures, faults: faults.map((fault) => `${kind}: ${fault} (${round.folder})`) };
}

/** The ratios of the figures within each pair, and of their medians. */
function compare(figures: Figured, kinds: Kinds, name: keyof Figures): Row {
  const [first, second] = kinds.map((kind) => figures[kind].map((one) => one[name])) as [number[], number[]];
  const ratios = second.map((value, pair) => value / (first[pair] ?? NaN));
  const label = name === 'cpuMicros' ? 'CPU us per job' : 'jobs per second';
  return {
    [`${label}, ${kinds[0]}`]: spread(first),
    [`${label}, ${kinds[1]}`]: spread(second),
    [`${label}, ratio of the medians`]: (median(second) / median(first)).toFixed(3),
    [`${label}, ratio within a pair`]: spread(ratios, 3),
  };
}

type Figured = Record<Kind, Figures[]>;

async function compareAll(place: Place, options: Options): Promise<Findings> {
  const { pairs, postgres } = options;
  const kinds: Kinds = postgres === undefined ? ['without', 'recorded'] : ['recorded', 'postgres'];
  const table = new Table();
  const failures: string[] = [];
  const figures: Figured = { without: [], recorded: [], postgres: [] };
  for (let pair = 1; pair <= pairs; pair += 1) {
    for (const kind of pair % 2 === 1 ? kinds : kinds.toReversed()) {
      const measured = await measure(place, kind, options);
      figures[kind].push(measured.figures);
      failures.push(...measured.faults.map((fault) => `pair ${pair}, ${fault}`));
      const { cpuMicros, jobsPerSecond } = measured.figures;
      table.add({ pair, kind, 'cpu us/job': cpuMicros, 'jobs/s': jobsPerSecond });
    }
  }
  return {
    rows: table.rows,
    summary: { ...compare(figures, kinds, 'cpuMicros'), ...compare(figures, kinds, 'jobsPerSecond') },
    failures,
  };
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { pairs: text, jobs: text, broker: text, postgres: text, json: text } });
  const [pairs, jobs] = [Number(values.pairs ?? 5), Number(values.jobs ?? 10_000)];
  if (![pairs, jobs].every((count) => Number.isInteger(count) && count > 0)) {
    throw new Error(
      'recording [--pairs N] [--jobs N] [--broker URL] [--postgres URL] [--json FILE]; N is a whole number from 1',
    );
  }
  const place = await Place.open(values.broker);
  const facts = {
    experiment: 'recording',
    broker: values.broker ?? 'embedded, in memory',
    node: process.version,
    pairs,
    jobs,
  };
  announce(facts);
  try {
    return conclude(facts, await compareAll(place, { pairs, jobs, postgres: values.postgres }), values.json);
  } finally {
    await place.close();
  }
}

void run(main);
