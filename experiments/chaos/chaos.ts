/**
 * Exactly once, under everything that goes wrong at once: real processes of both apps, nemeses drawn from a seed, and a
 * count of what became of every job. `npm run chaos -- --seed N` draws the same nemeses again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { withoutSecrets } from '../../contract/local';
import { habitArguments } from '../../ops/broker';
import { announce, conclude, type Findings } from '../rig/cli/report';
import { INTERRUPTED, run } from '../rig/cli/run';
import { type Row, Table } from '../rig/cli/terminal';
import { check } from './checker';
import { failuresOf, summaryOf } from './conclusion';
import { VISIBILITY_SECONDS } from './nemesis';
import { type Options, readOptions } from './options';
import { makePlan, type Plan } from './plan';
import { ChaosRun, type Progress } from './run';
import { runSeeds } from './seeds';
import { Stage } from './stage';
import { makeZombies } from './zombies';

const SHOW_EVERY_MS = 2_000;

const rowOf = ({ seconds, asked, open, effects, atWork }: Progress): Row => ({
  ...{ seconds, taken: asked.ok, 'tries failed': asked.failed, 'tries unknown': asked.unknown },
  ...{ 'in flight': open ?? '-', effects, 'at work': atWork.join(', ') },
});

/** A line every other second until `signal` aborts. */
async function show(run: ChaosRun, table: Table, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    table.add(rowOf(await run.progress()));
    await wait(SHOW_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function chaos(stage: Stage, plan: Plan, { control }: Options): Promise<Findings> {
  const chaosRun = new ChaosRun(stage, plan);
  const table = new Table();
  const shown = new AbortController();
  await stage.start();
  const startedAt = performance.now();
  const performing = chaosRun.perform();
  const showing = show(chaosRun, table, shown.signal);
  await performing;
  const rested = await chaosRun.comesToRest();
  shown.abort();
  await showing;
  await Promise.all(stage.actors.map((actor) => actor.stop()));
  const history = await chaosRun.history();
  const verdict = check(history, !control);
  const facts = { verdict, history, plan, rested, faults: stage.actors.flatMap(({ faults }) => faults) };
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  return { rows: table.rows, summary: { ...summaryOf(facts), seconds }, failures: failuresOf(facts, control) };
}

const placeOf = ({ broker, persistent, habits, fifo }: Options): Row => ({
  broker: broker ?? ['embedded', persistent ? 'on disk' : 'in memory', ...habitArguments(habits)].join(', '),
  queue: fifo ? 'FIFO' : 'standard',
});

function factsOf(options: Options, plan: Plan): Row {
  const { seed, jobs, store, control } = options;
  return {
    ...{ experiment: 'chaos', seed, jobs, node: process.version, startedAt: new Date().toISOString() },
    ...placeOf(options),
    store: store === 'sqlite' ? store : `${store} at ${withoutSecrets(options[store])}`,
    ...{ 'visibility timeout s': VISIBILITY_SECONDS, 'asked for within s': Math.round(plan.lastsMs / 1_000) },
    ...{ nemeses: options.nemeses.join(','), rounds: plan.rounds, once: control ? 'switched off' : 'as it is' },
  };
}

async function perform(options: Options): Promise<number> {
  const { seeds } = options;
  if (seeds === undefined) return performOne(options);
  const { store, jobs } = options;
  const range = `${seeds.at(0)} to ${seeds.at(-1)}`;
  const facts = { experiment: 'chaos', seeds: range, jobs, ...placeOf(options), store };
  announce(facts);
  return conclude(facts, await runSeeds(options, seeds), options.json);
}

async function performOne(options: Options): Promise<number> {
  const plan = makePlan({ ...options, remoteStore: options.store !== 'sqlite' });
  const facts = factsOf(options, plan);
  announce(facts);
  const { zombies } = options;
  const stage = await Stage.open(options, zombies !== undefined);
  process.on('exit', () => {
    stage.destroy();
  });
  let kept = true;
  try {
    const findings = zombies === undefined ? await chaos(stage, plan, options) : await makeZombies(stage, zombies);
    kept = options.keep || findings.failures.length > 0;
    return conclude(facts, findings, options.json);
  } finally {
    if (kept) process.stdout.write(`Logs, journal and history are in ${stage.folder}\n`);
    await stage.close(kept);
  }
}

function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(INTERRUPTED));
  return perform(readOptions(process.argv.slice(2)));
}

// Said aloud: left to itself, Node 24 at times spins for ever in the clean-up after connections that were reset.
void run(main).then(() => process.exit());
