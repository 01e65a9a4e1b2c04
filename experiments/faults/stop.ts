import { setTimeout as wait } from 'node:timers/promises';
import { DELIVERY } from '../../contract/delivery';
import { differences, eachRound, LOST_AFTER_SECONDS, randomWhole, type Settings } from './experiment';
import { toMessage } from '../rig/jobs';
import { makeJobs } from '../rig/count-jobs';
import { type CountedRound } from './counted-round';
import { type Findings, spread } from '../rig/cli/report';
import { type Row } from '../rig/cli/terminal';

/** The moment of the signal: after a number of runs up to this share of the jobs, and a little later. */
const LATEST_SHARE = 0.8;
const JITTER_MS = 150;

async function stopInTheMiddle(round: CountedRound, jobs: number): Promise<Row> {
  const made = makeJobs(jobs);
  const ids = made.map(({ id }) => id);
  await round.queues.send(made.map(toMessage));
  const first = round.start();
  await round.begun(randomWhole(1, Math.ceil(jobs * LATEST_SHARE)), first);
  await wait(randomWhole(0, JITTER_MS));
  const inFlight = (await round.inFlight()).size;
  const begun = round.runs().length;
  const stopped = await first.end('SIGTERM');
  const unfinished = (await round.inFlight()).size;
  const second = round.start();
  const all = await round.until(async () => (await round.doneIds(ids)).size === jobs, LOST_AFTER_SECONDS);
  await round.until(async () => (await round.queues.depth()) === 0, all ? DELIVERY.visibilityTimeoutSeconds * 2 : 0);
  await second.listening();
  const ended = await second.end('SIGTERM');
  const runs = round.runs();
  return {
    begun,
    'in flight': inFlight,
    'exit code': String(stopped.code ?? stopped.signal),
    'drain ms': stopped.ms,
    unfinished,
    'second exit': String(ended.code ?? ended.signal),
    lost: jobs - (await round.doneIds(ids)).size,
    'run twice': runs.length - new Set(runs.map(({ jobId }) => jobId)).size,
    'left in queue': await round.queues.depth(),
    'dead letters': (await round.queues.deadLetters()).length,
  };
}

function faultsOf(row: Row): string[] {
  const expected: Row = {
    'exit code': '0',
    'second exit': '0',
    unfinished: 0,
    lost: 0,
    'run twice': 0,
    'left in queue': 0,
    'dead letters': 0,
  };
  const faults = differences(row, expected);
  if (row['in flight'] === 0) faults.push('the signal came when nothing was in flight');
  if (Number(row['drain ms']) > DELIVERY.drainSeconds * 1_000) faults.push('the drain took longer than its limit');
  return faults;
}

/** SIGTERM in the middle: nothing lost, nothing run twice, exit 0 within the drain limit. */
export async function stop(settings: Settings): Promise<Findings> {
  const { rounds, jobs } = settings;
  const { table, failures } = await eachRound(settings, DELIVERY.visibilityTimeoutSeconds, async (round) => {
    const row = await stopInTheMiddle(round, jobs);
    return { row, faults: faultsOf(row) };
  });
  const summary = {
    jobs: rounds * jobs,
    'in flight at the signal': spread(table.column('in flight')),
    'drain ms': spread(table.column('drain ms')),
    lost: table.sum('lost'),
    'run twice': table.sum('run twice'),
    'exit codes other than 0': table.rows.filter((row) => row['exit code'] !== '0' || row['second exit'] !== '0')
      .length,
  };
  return { rows: table.rows, summary, failures };
}
