/**
 * Plusone beside its peers: consumers and producers, each a process of its own, interleaved over several rounds on one
 * broker, as tables, JSON and a page.
 * `npm run bench -- --help` has the options.
 */
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { withoutSecrets } from '../../contract/local';
import { INTERRUPTED, run, stopSignal } from '../rig/cli/run';
import { asJson, say, writeFile } from '../rig/cli/terminal';
import { Arena } from './arena';
import { runConsumer } from './consumer-run';
import { type Findings, readFindings } from './findings';
import { runIdle } from './idle-run';
import { installPeers } from './install';
import { markdownOf } from './markdown';
import { type Options, readOptions } from './options';
import { page } from './page';
import { type Ceiling, type Peer, PEERS, UNRECORDED } from './peers';
import { type Planned, planOf } from './plan';
import { runProducer } from './producer-run';
import { type Run } from './run';
import { type Settings } from './stage';
import { canStart, runStart } from './start-run';
import { type Ceilings, summarize } from './summary';
import { Progress, tableOf } from './terminal';
import { type Kind, WORKLOADS } from './workload';

const referencesOf = (ceiling: Ceiling): Set<string> =>
  new Set(PEERS.filter(({ reference }) => reference === ceiling).map(({ name }) => name));

const CEILINGS: Ceilings = { sdk: referencesOf('sdk'), lean: referencesOf('lean') };

/** Recording is measured against the same consumer without it. */
const ceilingsOf = (workload: string): Ceilings =>
  WORKLOADS.some(({ name, kind }) => name === workload && kind === 'record')
    ? { sdk: new Set([UNRECORDED]), lean: new Set() }
    : CEILINGS;

const RUNNERS: Readonly<Record<Kind, typeof runConsumer>> = {
  drain: runConsumer,
  record: runConsumer,
  paced: runConsumer,
  idle: runIdle,
  produce: runProducer,
  start: runStart,
};

/** A run that fails is an invalid run; the others go on. */
async function attempt(settings: Settings, { workload, round }: Planned, peer: Peer): Promise<Run> {
  const what = { workload: workload.name, peer: peer.name, round };
  try {
    return { ...what, ...(await RUNNERS[workload.kind](settings, peer, workload)) };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { ...what, messages: 0, figures: {}, calls: {}, faults: [fault] };
  }
}

/** One after the other, so that none takes another's CPU; on an empty queue side by side. */
async function eachPeer({ workload, peers }: Planned, run: (peer: Peer) => Promise<void>): Promise<void> {
  if (workload.kind === 'idle') await Promise.all(peers.map(run));
  else for (const peer of peers) await run(peer);
}

/** Every run of the plan; ends early when interrupted. */
async function runAll(plan: readonly Planned[], options: Options, stopping: AbortSignal): Promise<Run[]> {
  const arena = await Arena.open(options.broker);
  const progress = new Progress(plan.reduce((sum, { peers }) => sum + peers.length, 0));
  const runs: Run[] = [];
  const isOver = (): boolean => stopping.aborted;
  try {
    for (const planned of plan) {
      const { scale, postgres } = options;
      const settings = { arena, seed: options.seed + planned.round, scale, postgres };
      await eachPeer(planned, async (peer) => {
        const ended = isOver() ? undefined : await attempt(settings, planned, peer);
        // What an interrupt ended early counts for nothing.
        if (ended === undefined || isOver()) return;
        runs.push(ended);
        progress.ended(ended);
      });
    }
  } finally {
    await arena.close(runs.some(({ faults }) => faults.length > 0));
  }
  return runs;
}

async function find(options: Options, stopping: AbortSignal): Promise<Findings> {
  // Recording is measured by Plusone alone.
  if (options.workloads.some(({ kind }) => kind !== 'record')) await installPeers();
  const peers = options.peers.filter((peer) => !peer.kinds.includes('start') || canStart(peer));
  const startedAt = new Date();
  const runs = await runAll(planOf(options.workloads, peers, options.rounds), options, stopping);
  return {
    bench: 'plusone',
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    node: process.version,
    cpus: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    broker: options.broker,
    command: ['npm run bench --', ...process.argv.slice(2).map(withoutSecrets)].join(' '),
    summaries: summarize(runs, ceilingsOf),
    runs,
  };
}

function report(findings: Findings, { json, out, markdown }: Options): number {
  for (const workload of WORKLOADS) {
    const own = findings.summaries.filter((summary) => summary.workload === workload.name);
    if (own.length > 0) say(`\n${tableOf(workload, own, PEERS).join('\n')}`);
  }
  const invalid = findings.runs.filter(({ faults }) => faults.length > 0);
  for (const { workload, peer, round, faults } of invalid)
    say(`\nINVALID: ${workload}, ${peer}, round ${round}: ${faults.join('; ')}`);
  if (json !== undefined) writeFile(json, asJson(findings));
  if (markdown !== undefined) writeFile(markdown, markdownOf(findings.summaries, PEERS));
  writeFile(out, page(findings));
  say(`\nThe report: ${resolve(out)}`);
  return invalid.length > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const stopping = stopSignal();
  const findings = options.from === undefined ? await find(options, stopping) : readFindings(options.from);
  const code = findings.runs.length > 0 ? report(findings, options) : 0;
  if (!stopping.aborted) return code;
  say('Stopped before the end.');
  return INTERRUPTED;
}

void run(main);
