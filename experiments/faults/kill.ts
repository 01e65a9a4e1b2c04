import { setTimeout as wait } from 'node:timers/promises';
import { differences, eachRound, LOST_AFTER_SECONDS, randomWhole, type Settings } from './experiment';
import { toMessage } from '../rig/jobs';
import { makeJobs } from '../rig/count-jobs';
import { type CountedRound, type Run } from './counted-round';
import { type Findings, spread } from '../rig/cli/report';
import { type Row } from '../rig/cli/terminal';

/** Short, so that what a kill leaves behind comes again soon. */
const VISIBILITY_SECONDS = 5;
const MAX_KILLS = 3;
const LATEST_SHARE = 0.9;
const JITTER_MS = 300;

/** A consumer's end by SIGKILL: the jobs whose run it had begun and that had no `done` record. */
interface Kill {
  readonly pid: number;
  readonly inFlight: ReadonlySet<string>;
}

/** Starts a consumer and kills it once `begun` runs have begun in all. */
async function killAt(round: CountedRound, begun: number): Promise<Kill> {
  const consumer = round.start();
  const { pid } = consumer;
  await round.begun(begun, consumer);
  await wait(randomWhole(0, JITTER_MS));
  await consumer.end('SIGKILL');
  const unfinished = await round.inFlight();
  // What an earlier kill left and this process had not taken up yet is not its own.
  const own = round.runs().filter((run) => run.pid === pid && unfinished.has(run.jobId));
  return { pid, inFlight: new Set(own.map(({ jobId }) => jobId)) };
}

/** Runs that no kill explains: all but a job's first, unless the one before it was in flight at the kill of its process. */
function unexplained(runs: readonly Run[], kills: readonly Kill[]): string[] {
  const inFlightOf = new Map(kills.map(({ pid, inFlight }) => [pid, inFlight]));
  const before = new Map<string, number>();
  return runs.flatMap(({ jobId, pid }) => {
    const earlier = before.get(jobId);
    before.set(jobId, pid);
    if (earlier === undefined || (earlier !== pid && inFlightOf.get(earlier)?.has(jobId))) return [];
    return [`${jobId} ran again in ${pid} after ${earlier}`];
  });
}

async function killInTheMiddle(round: CountedRound, jobs: number): Promise<{ row: Row; strange: string[] }> {
  const made = makeJobs(jobs);
  const ids = made.map(({ id }) => id);
  await round.queues.send(made.map(toMessage));
  const moments = Array.from({ length: randomWhole(1, MAX_KILLS) }, () => randomWhole(1, jobs * LATEST_SHARE));
  const kills: Kill[] = [];
  // A moment already past when its consumer starts would kill it before it took anything.
  for (const moment of moments.toSorted((one, other) => one - other))
    kills.push(await killAt(round, Math.max(moment, round.runs().length + 1)));
  const last = round.start();
  await round.until(async () => (await round.doneIds(ids)).size === jobs, LOST_AFTER_SECONDS);
  await round.until(async () => (await round.queues.depth()) === 0, VISIBILITY_SECONDS * 6);
  await last.listening();
  const ended = await last.end('SIGTERM');
  const runs = round.runs();
  const records = await round.records.getMany(ids);
  const right = records.filter(({ state, input, result }) => state === 'done' && result === input);
  const strange = unexplained(runs, kills);
  const row = {
    kills: kills.length,
    'in flight at kills': kills.map(({ inFlight }) => inFlight.size).join('+'),
    'in flight': kills.reduce((sum, { inFlight }) => sum + inFlight.size, 0),
    'run again': runs.length - new Set(runs.map(({ jobId }) => jobId)).size,
    unexplained: strange.length,
    lost: jobs - right.length,
    'last exit': String(ended.code ?? ended.signal),
    'left in queue': await round.queues.depth(),
    'dead letters': (await round.queues.deadLetters()).length,
  };
  return { row, strange };
}

function faultsOf(row: Row): string[] {
  const expected: Row = { unexplained: 0, lost: 0, 'last exit': '0', 'left in queue': 0, 'dead letters': 0 };
  const faults = differences(row, expected);
  if (row['run again'] !== row['in flight']) faults.push('runs again are not those in flight at the kills');
  return faults;
}

/** SIGKILL at random: nothing lost, only what was in flight runs again, one record each. */
export async function kill(settings: Settings): Promise<Findings> {
  const { rounds, jobs } = settings;
  const { table, failures } = await eachRound(settings, VISIBILITY_SECONDS, async (round) => {
    const { row, strange } = await killInTheMiddle(round, jobs);
    return { row, faults: [...faultsOf(row), ...strange] };
  });
  const summary = {
    jobs: rounds * jobs,
    kills: table.sum('kills'),
    'in flight at the kills': table.sum('in flight'),
    'in flight at a round': spread(table.column('in flight')),
    'run again': table.sum('run again'),
    'run again, not in flight': table.sum('unexplained'),
    lost: table.sum('lost'),
  };
  return { rows: table.rows, summary, failures };
}
