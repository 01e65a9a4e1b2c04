/**
 * What stops, kills and poison do to real consumer processes on a real broker.
 *
 *   npm run faults -- stop|kill|poison [--rounds N] [--jobs N] [--broker URL] [--json FILE] [--profile DIR]
 */
import { parseArgs } from 'node:util';
import { type Experiment } from './experiment';
import { kill } from './kill';
import { Place } from '../rig/place';
import { poison } from './poison';
import { conclude, reportFailure } from '../rig/cli/report';
import { stop } from './stop';

const EXPERIMENTS: ReadonlyMap<string, Experiment> = new Map(Object.entries({ stop, kill, poison }));
const USAGE = 'faults stop|kill|poison [--rounds N] [--jobs N] [--broker URL] [--json FILE] [--profile DIR]';

function count(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`"${String(text)}" is no count; ${USAGE}`);
  return value;
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: text, jobs: text, broker: text, json: text, profile: text },
  });
  const [name = ''] = positionals;
  const experiment = EXPERIMENTS.get(name);
  if (!experiment) throw new Error(USAGE);
  const rounds = count(values.rounds, experiment.rounds);
  const jobs = count(values.jobs, experiment.jobs);
  const place = await Place.open(values.broker);
  const facts = {
    experiment: name,
    broker: values.broker ?? 'embedded, in memory',
    node: process.version,
    startedAt: new Date().toISOString(),
    rounds,
    jobs,
  };
  process.stdout.write(`${JSON.stringify(facts)}\n\n`);
  try {
    const findings = await experiment.run({ place, rounds, jobs, profileDir: values.profile });
    process.exitCode = conclude(facts, findings, values.json);
  } finally {
    await place.close();
  }
}

void reportFailure(main());
