/**
 * What recording a result costs: one consumer empties a backlog of jobs that do nothing, with the record and without it,
 * in interleaved pairs.
 *
 *   npm run recording -- [--pairs N] [--jobs N] [--broker URL] [--json FILE]
 */
import { parseArgs } from 'node:util';
import { LOST_AFTER_SECONDS } from '../faults/experiment';
import { makeJobs } from '../faults/jobs';
import { readBusyMs, readCpuMs } from '../faults/journal';
import { Place } from '../faults/place';
import { conclude, type Findings, median, reportFailure, type Row, spread, Table } from '../faults/report';
import { toMessage } from '../jobs';

const KINDS = ['without', 'recorded'] as const;
type Kind = (typeof KINDS)[number];

interface Figures {
  readonly cpuMicros: number;
  readonly jobsPerSecond: number;
}

interface Measured {
  readonly figures: Figures;
  readonly faults: readonly string[];
}

async function measure(place: Place, kind: Kind, count: number): Promise<Measured> {
  const round = await place.round();
  const jobs = makeJobs(count);
  await round.queues.send(jobs.map(toMessage));
  const consumer = round.start({ unrecorded: kind === 'without' });
  const empty = await round.until(async () => (await round.queues.depth()) === 0, LOST_AFTER_SECONDS);
  await consumer.listening();
  await consumer.end('SIGTERM');
  const done = await round.doneIds(jobs.map(({ id }) => id));
  const faults: string[] = [];
  if (!empty) faults.push('the queue was not emptied');
  const expected = kind === 'recorded' ? count : 0;
  if (done.size !== expected) faults.push(`${done.size} records, not ${expected}`);
  const figures = {
    cpuMicros: Math.round((readCpuMs(round.journal) / count) * 1_000),
    jobsPerSecond: Math.round(count / (readBusyMs(round.journal) / 1_000)),
  };
  await round.close(faults.length > 0);
  return { figures, faults: faults.map((fault) => `${kind}: ${fault} (${round.folder})`) };
}

/** The ratios of the figures within each pair, and of their medians. */
function compare(figures: Readonly<Record<Kind, readonly Figures[]>>, name: keyof Figures): Row {
  const of = (kind: Kind): number[] => figures[kind].map((one) => one[name]);
  const [without, recorded] = [of('without'), of('recorded')];
  const ratios = recorded.map((value, pair) => value / (without[pair] ?? NaN));
  const label = name === 'cpuMicros' ? 'CPU us per job' : 'jobs per second';
  return {
    [`${label}, without`]: spread(without),
    [`${label}, recorded`]: spread(recorded),
    [`${label}, ratio of the medians`]: (median(recorded) / median(without)).toFixed(3),
    [`${label}, ratio within a pair`]: spread(ratios, 3),
  };
}

async function run(place: Place, pairs: number, jobs: number): Promise<Findings> {
  const table = new Table();
  const failures: string[] = [];
  const figures: Record<Kind, Figures[]> = { without: [], recorded: [] };
  for (let pair = 1; pair <= pairs; pair += 1) {
    for (const kind of pair % 2 === 1 ? KINDS : KINDS.toReversed()) {
      const measured = await measure(place, kind, jobs);
      figures[kind].push(measured.figures);
      failures.push(...measured.faults.map((fault) => `pair ${pair}, ${fault}`));
      const { cpuMicros, jobsPerSecond } = measured.figures;
      table.add({ pair, kind, 'cpu us/job': cpuMicros, 'jobs/s': jobsPerSecond });
    }
  }
  return {
    rows: table.rows,
    summary: { ...compare(figures, 'cpuMicros'), ...compare(figures, 'jobsPerSecond') },
    failures,
  };
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { pairs: text, jobs: text, broker: text, json: text } });
  const [pairs, jobs] = [Number(values.pairs ?? 5), Number(values.jobs ?? 10_000)];
  if (![pairs, jobs].every((count) => Number.isInteger(count) && count > 0)) {
    throw new Error('recording [--pairs N] [--jobs N] [--broker URL] [--json FILE]; N is a whole number from 1');
  }
  const place = await Place.open(values.broker);
  const facts = {
    experiment: 'recording',
    broker: values.broker ?? 'embedded, in memory',
    node: process.version,
    pairs,
    jobs,
  };
  process.stdout.write(`${JSON.stringify(facts)}\n\n`);
  try {
    process.exitCode = conclude(facts, await run(place, pairs, jobs), values.json);
  } finally {
    await place.close();
  }
}

void reportFailure(main());
