/**
 * Load by k6 on a real pair: how it answers, and that afterwards every accepted job is done, once, with nothing left.
 * `npm run load -- --help` has the options.
 *
 * Without `--url` it runs a pair of its own, on free ports, with an embedded broker in a temporary folder.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processVariables, readEnvironment } from '../../contract/environment';
import { INTERRUPTED, run, stopSignal } from '../rig/cli/run';
import { asJson, say, StatusLine, writeFile } from '../rig/cli/terminal';
import { ASKED_JOB } from '../rig/asked-job';
import { findK6, type K6 } from './find-k6';
import { readOptions, type Options } from './options';
import { askAt, follow } from './outcomes';
import { page } from './page';
import { findPair, OwnPair, type Depths, type Pair } from './pair';
import { planOf, type Plan } from './profiles';
import { reportOf, type Report } from './report';
import { runK6 } from './run-k6';
import { progressOf, summaryOf } from './terminal';

interface Shot {
  readonly options: Options;
  readonly plan: Plan;
  readonly k6: K6;
  /** Of the pair, if it asks for one. */
  readonly apiKey: string | undefined;
  readonly folder: string;
  readonly signal: AbortSignal;
}

async function shoot(shot: Shot, pair: Pair) {
  const { options, plan, k6, apiKey, folder, signal } = shot;
  const { p99, patience } = options;
  const env = {
    TARGET: pair.url,
    TYPE: ASKED_JOB.type,
    BODY: JSON.stringify({ input: ASKED_JOB.input }),
    PROFILE: plan.name,
    PEAK: String(plan.peak),
    ...(p99 !== undefined && { P99_MS: String(p99) }),
    ...(apiKey !== undefined && { API_KEY: apiKey }),
  };
  const status = new StatusLine();
  const result = await runK6({
    k6: k6.path,
    env,
    folder,
    signal,
    progress: (line) => {
      const words = progressOf(line);
      if (words !== undefined) status.show(words);
    },
  });
  status.wipe();
  say(`${result.jobs.length} jobs accepted; asking after each.`);
  const ask = askAt(pair.url, apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` });
  const outcomes = await follow(
    result.jobs.map(({ id }) => id),
    ask,
    { ms: patience * 1_000, signal },
  );
  return { ...result, outcomes, depths: await emptied(pair) };
}

/** A job is done a moment before its message is deleted. */
const DELETED_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;

async function emptied(pair: Pair): Promise<Depths | undefined> {
  const deadline = Date.now() + DELETED_WITHIN_MS;
  for (;;) {
    const depths = await pair.depths();
    if (depths === undefined || depths.waiting === 0 || Date.now() > deadline) return depths;
    await wait(LOOK_EVERY_MS);
  }
}

async function runOn(shot: Shot, pair: Pair): Promise<Report> {
  const startedAt = new Date().toISOString();
  const over = new AbortController();
  const signal = AbortSignal.any([shot.signal, over.signal]);
  try {
    const end = await pair.whileRunning(shoot({ ...shot, signal }, pair));
    const { plan, k6, options } = shot;
    const setting = { plan, pair: options.url ?? 'its own', startedAt, node: process.version, k6: k6.version };
    return reportOf(setting, { ...end, stoppedWell: await pair.stop() });
  } catch (error) {
    over.abort();
    await pair.stop();
    throw error;
  }
}

async function load(options: Options, k6: K6, signal: AbortSignal): Promise<number> {
  const plan = planOf(options.profile, { peak: options.peak, p99Ms: options.p99 });
  const [apiKey] = readEnvironment().apiKeys;
  const folder = mkdtempSync(join(tmpdir(), 'plusone-load-'));
  try {
    const pair = options.url === undefined ? await OwnPair.start(folder) : await findPair(options.url);
    say(`${plan.name}: up to ${plan.peak} jobs a second at ${pair.url}. ${plan.what}`);
    const report = await runOn({ options, plan, k6, apiKey, folder, signal }, pair);
    for (const line of summaryOf(report)) say(line);
    writeFile(options.json, asJson(report));
    writeFile(options.out, page(report));
    say(`\nThe report: ${resolve(options.out)}`);
    return report.faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const k6 = await findK6(processVariables);
  const signal = stopSignal(() => {
    say('\nStopping: k6 first, then the pair, which finishes what is in flight.');
  });
  try {
    return await load(options, k6, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    say('Stopped before the end; nothing was written.');
    return INTERRUPTED;
  }
}

void run(main);
