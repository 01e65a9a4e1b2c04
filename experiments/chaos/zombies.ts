import { setTimeout as wait } from 'node:timers/promises';
import { makeJobs } from '../rig/count-jobs';
import { type Findings } from '../rig/cli/report';
import { Table } from '../rig/cli/terminal';
import { toMessage } from '../rig/jobs';
import { type Actor } from './actor';
import { readJournal } from '../rig/journal';
import { type Entry } from './journal';
import { VISIBILITY_SECONDS } from './nemesis';
import { type Stage } from './stage';

const JOBS_PER_ROUND = 40;
/** In flight at the stop, at least. */
const LEAST_IN_FLIGHT = 10;
const LOOK_EVERY_MS = 20;
const WITHIN_MS = 40_000;
const MAX_FRUITLESS_ROUNDS = 5;

interface Round {
  /** The consumer that was first to have enough in flight. */
  readonly stopped: string | undefined;
  readonly inFlight: number;
  /** Runs stopped in the middle whose job was done by another process before they went on. */
  readonly zombies: readonly string[];
}

/**
 * Stops a consumer in the middle of its runs until their leases have lapsed and the other consumer has done their jobs,
 * then lets it go on, until there were `wanted` such zombies: each job has one effect.
 */
export async function makeZombies(stage: Stage, wanted: number): Promise<Findings> {
  const table = new Table();
  const zombies: string[] = [];
  await stage.start();
  for (let fruitless = 0; zombies.length < wanted && fruitless < MAX_FRUITLESS_ROUNDS;) {
    const round = await freezeOnce(stage);
    zombies.push(...round.zombies);
    fruitless = round.zombies.length === 0 ? fruitless + 1 : 0;
    table.add({
      stopped: round.stopped ?? 'none',
      'in flight': round.inFlight,
      zombies: round.zombies.length,
      'so far': zombies.length,
    });
  }
  await Promise.all(stage.actors.map((actor) => actor.stop()));
  return { rows: table.rows, ...(await judge(stage, zombies, wanted)) };
}

async function freezeOnce(stage: Stage): Promise<Round> {
  const jobs = makeJobs(JOBS_PER_ROUND);
  await stage.queues.send(jobs.map(toMessage));
  const ids = new Set(jobs.map(({ id }) => id));
  const inFlight = ({ pid }: Actor): Set<string> => inFlightAt(readJournal<Entry>(stage.journal), pid, ids);
  let victim: Actor | undefined;
  await until(() => {
    victim = stage.consumers.find((consumer) => inFlight(consumer).size >= LEAST_IN_FLIGHT);
    return Promise.resolve(victim !== undefined);
  });
  if (!victim) return { stopped: undefined, inFlight: 0, zombies: [] };
  const { name, pid } = victim;
  victim.stopClock();
  const stopped = inFlight(victim);
  await wait(VISIBILITY_SECONDS * 1_000);
  const doneBefore = async (): Promise<string[]> => {
    const done = new Set((await stage.ledger()).map(({ job }) => job));
    return [...stopped].filter((id) => done.has(id));
  };
  await until(async () => (await doneBefore()).length === stopped.size);
  const byOthers = answered(stage, 'recorded', (other) => other !== pid);
  const zombies = (await doneBefore()).filter((id) => byOthers.has(id));
  victim.thaw();
  await until(async () => (await stage.queues.depth()) === 0);
  return { stopped: name, inFlight: stopped.size, zombies };
}

/** Jobs about which the store has answered so. */
function answered(stage: Stage, outcome: string, by: (pid: number) => boolean = () => true): Set<string> {
  const entries = readJournal<Entry>(stage.journal).filter(
    (entry) => entry.kind === 'once' && entry.outcome === outcome && by(entry.pid),
  );
  return new Set(entries.map(({ job }) => job));
}

/** Jobs that a process has begun and that the store has not answered it about. */
function inFlightAt(entries: readonly Entry[], pid: number, ids: ReadonlySet<string>): Set<string> {
  const open = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'settled' || entry.pid !== pid || !ids.has(entry.job)) continue;
    if (entry.kind === 'run') open.add(entry.job);
    else open.delete(entry.job);
  }
  return open;
}

/** False when it does not come true in time. */
async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + WITHIN_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await wait(LOOK_EVERY_MS);
  }
  return true;
}

async function judge(
  stage: Stage,
  zombies: readonly string[],
  wanted: number,
): Promise<Pick<Findings, 'summary' | 'failures'>> {
  const effects = Map.groupBy(await stage.ledger(), ({ job }) => job);
  const doubled = [...effects].filter(([, lines]) => lines.length > 1).map(([job]) => job);
  const once = zombies.filter((job) => effects.get(job)?.length === 1).length;
  const repeats = answered(stage, 'repeat');
  const dead = (await stage.queues.deadLetters()).length;
  return {
    summary: {
      zombies: zombies.length,
      'with exactly one effect': `${once} of ${zombies.length}`,
      'that tried to record anyway': zombies.filter((job) => repeats.has(job)).length,
      'jobs with more than one effect': doubled.length,
      'healthy jobs dead-lettered': dead,
    },
    failures: [
      ...(zombies.length >= wanted ? [] : [`${zombies.length} zombies, not ${wanted}`]),
      ...(once === zombies.length ? [] : [`${zombies.length - once} zombies without exactly one effect`]),
      ...doubled.map((job) => `${job} has more than one effect`),
      ...(dead === 0 ? [] : [`${dead} healthy and dead-lettered`]),
      ...stage.actors.flatMap(({ faults }) => faults),
    ],
  };
}
