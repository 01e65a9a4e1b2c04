/**
 * Our functions under AWS's runtime interface emulator and the web adapter, as bundled for the images, beside a bare
 * Node server: cold, from the start of the environment to its first answer, and warm, the median of many invocations.
 * `npm run lambda -- --help` has the options.
 */
import { existsSync } from 'node:fs';
import { INTERRUPTED, run, stopSignal } from '../rig/cli/run';
import { ExperimentBroker, type Round } from '../rig/experiment-broker';
import { announce, conclude, type Findings, median, spread } from '../rig/cli/report';
import { type Row, Table } from '../rig/cli/terminal';
import { type Emulated, noEmulator, startEmulated } from '../rig/lambda/emulator';
import { type Measured, PAIRS } from './functions';
import { type Options, readOptions } from './options';

/** What is to be reached, of the medians. */
const MAX_COLD_RATIO = 2.5;
const MAX_WARM_MORE_MS = 3;

const TIMEOUT_SECONDS = 30;

interface Figures {
  readonly coldMs: number;
  readonly warmMs: number;
}

async function measure(round: Round, one: Measured, calls: number): Promise<Figures> {
  const lambda = await startEmulated({
    script: one.script,
    portVariable: one.portVariable,
    env: { ...round.env, HOST: '127.0.0.1', ALLOW_ANONYMOUS: 'true' },
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  try {
    const coldMs = await time(lambda, one);
    const warm: number[] = [];
    while (warm.length < calls) warm.push(await time(lambda, one));
    return { coldMs, warmMs: median(warm) };
  } finally {
    await lambda.stop();
  }
}

/** Milliseconds of an invocation; one that does not go well ends the run. */
async function time({ invoke, lines }: Emulated, { name, event, answers }: Measured): Promise<number> {
  const input = event();
  const since = performance.now();
  const answer = await invoke(input);
  const ms = performance.now() - since;
  if ('payload' in answer && answers(answer.payload)) return ms;
  throw new Error(`The function "${name}" answered ${JSON.stringify(answer)}; it said:\n${lines.join('\n')}`);
}

type AllFigures = Map<Measured, Figures[]>;

function compare(all: AllFigures, { ours, bare }: (typeof PAIRS)[number]): { summary: Row; failures: string[] } {
  const of = (one: Measured, name: keyof Figures): number[] => (all.get(one) ?? []).map((figures) => figures[name]);
  const middle = (one: Measured, name: keyof Figures): number => median(of(one, name));
  const ratio = middle(ours, 'coldMs') / middle(bare, 'coldMs');
  const more = middle(ours, 'warmMs') - middle(bare, 'warmMs');
  const failures: string[] = [];
  if (ratio > MAX_COLD_RATIO) failures.push(`${ours.name}, cold: over ${MAX_COLD_RATIO} times a bare server's`);
  if (more > MAX_WARM_MORE_MS) failures.push(`${ours.name}, warm: over ${MAX_WARM_MORE_MS} ms more`);
  const { name } = ours;
  const summary = {
    [`${name}, cold ms`]: spread(of(ours, 'coldMs')),
    [`${bare.name}, cold ms`]: spread(of(bare, 'coldMs')),
    [`${name}, cold, ratio`]: ratio.toFixed(2),
    [`${name}, warm p50 ms`]: spread(of(ours, 'warmMs'), 2),
    [`${bare.name}, warm p50 ms`]: spread(of(bare, 'warmMs'), 2),
    [`${name}, warm, ms more`]: more.toFixed(2),
  };
  return { summary, failures };
}

async function compareAll(
  place: ExperimentBroker,
  { rounds, calls }: Options,
  stopping: AbortSignal,
): Promise<Findings> {
  const table = new Table();
  const all: AllFigures = new Map();
  const functions: readonly Measured[] = PAIRS.flatMap(({ ours, bare }) => [bare, ours]);
  for (let round = 1; round <= rounds; round += 1) {
    for (const one of round % 2 === 1 ? functions : functions.toReversed()) {
      if (stopping.aborted) throw new Error('Stopped.');
      const stage = await place.round();
      try {
        const figures = await measure(stage, one, calls);
        all.set(one, [...(all.get(one) ?? []), figures]);
        const { coldMs, warmMs } = figures;
        table.add({ round, function: one.name.padEnd(20), 'cold ms': coldMs.toFixed(0), 'warm ms': warmMs.toFixed(2) });
      } finally {
        await stage.close(false);
      }
    }
  }
  const compared = PAIRS.map((pair) => compare(all, pair));
  return {
    rows: table.rows,
    summary: Object.assign({}, ...compared.map(({ summary }) => summary)) as Row,
    failures: compared.flatMap(({ failures }) => failures),
  };
}

/** As the images have it. */
const isBundled = ({ script }: Measured): boolean =>
  existsSync(script) && existsSync(script.replace(/js$/, `${process.arch}.cache`));

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (noEmulator !== undefined) throw new Error(`This takes AWS's Lambda emulator, and ${noEmulator}.`);
  if (!PAIRS.every(({ ours }) => isBundled(ours)))
    throw new Error('There is no bundle with its code cache: npm run bundle');
  const stopping = stopSignal();
  const { rounds, calls, broker = 'embedded, in memory', json } = options;
  const facts = { experiment: 'lambda', broker, node: process.version, rounds, calls };
  announce(facts);
  const place = await ExperimentBroker.open(options.broker);
  try {
    return conclude(facts, await compareAll(place, options, stopping), json);
  } catch (error) {
    if (!stopping.aborted) throw error;
    return INTERRUPTED;
  } finally {
    await place.close();
  }
}

void run(main);
