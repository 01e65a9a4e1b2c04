import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { habitArguments } from '../../ops/broker';
import { type Findings } from '../rig/cli/report';
import { type Row, Table } from '../rig/cli/terminal';
import { type Options } from './options';

/** What a run of one seed wrote, as far as the table of all tells it. */
interface Written {
  readonly summary: Row;
  readonly failures: readonly string[];
}

/** A run for each seed, one after the other, each in a process of its own; a row for each. */
export async function runSeeds(options: Options, seeds: readonly number[]): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'plusone-chaos-seeds-'));
  const table = new Table();
  const failures: string[] = [];
  for (const seed of seeds) {
    const run = await runOne(options, seed, join(folder, `${seed}.json`));
    table.add(rowOf(seed, run.summary));
    failures.push(...run.failures.map((failure) => `seed ${seed}: ${failure}`));
  }
  await rm(folder, { recursive: true });
  return { rows: table.rows, summary: totalOf(table), failures };
}

async function runOne(options: Options, seed: number, json: string): Promise<Written> {
  const args = [...argsOf(options), '--seed', String(seed), '--json', json];
  const child = spawn(process.execPath, [join(__dirname, 'chaos.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output = `${output}${chunk.toString()}`.slice(-2_000);
  });
  const end = (): void => void child.kill();
  process.once('exit', end);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', end);
  try {
    const { summary, failures } = JSON.parse(await readFile(json, 'utf8')) as Written;
    const kept = failures.length === 0 ? [] : (/Logs, journal and history are in .*/.exec(output) ?? []);
    return { summary, failures: [...failures, ...kept] };
  } catch {
    return { summary: {}, failures: [`it came to no end (${String(code)}): ${output}`] };
  }
}

function argsOf(options: Options): string[] {
  const { jobs, nemeses, broker, persistent, habits, fifo, store, dynamodb, postgres, control, keep } = options;
  return [
    ...['--jobs', String(jobs), '--nemesis', nemeses.join(','), '--store', store],
    ...['--dynamodb', dynamodb, '--postgres', postgres],
    ...(broker === undefined ? [] : ['--broker', broker]),
    ...(persistent ? ['--persistent'] : []),
    ...habitArguments(habits),
    ...(fifo ? ['--fifo'] : []),
    ...(control ? ['--control'] : []),
    ...(keep ? ['--keep'] : []),
  ];
}

const COUNTED = {
  lost: 'lost',
  phantom: 'phantom',
  doubled: 'jobs with more than one effect',
  'healthy dead': 'healthy jobs dead-lettered',
  overtaken: 'overtaken in their group',
  disagree: 'stores that disagree',
  absorbed: 'duplicates absorbed',
} as const;

function rowOf(seed: number, summary: Row): Row {
  const counted = Object.entries(COUNTED).map(([name, long]) => [name, summary[long] ?? '-']);
  const fired = String(summary['nemeses fired'] ?? '').matchAll(/: (\d+)/g);
  const least = Math.min(...[...fired].map(([, count]) => Number(count)));
  const published = String(summary['published'] ?? '').replaceAll(/ok: |failed: |unknown: /g, '');
  return {
    ...{ seed, 'ok, failed, unknown': published },
    ...(Object.fromEntries(counted) as Row),
    ...{ 'each fired': Number.isFinite(least) ? least : '-', seconds: summary['seconds'] ?? '-' },
  };
}

function totalOf(table: Table): Row {
  const wrong = (['lost', 'phantom', 'doubled', 'healthy dead', 'overtaken', 'disagree'] as const).map((name) => [
    COUNTED[name],
    table.sum(name),
  ]);
  return {
    runs: table.rows.length,
    ...(Object.fromEntries(wrong) as Row),
    'duplicates absorbed, least of a run': Math.min(...table.column('absorbed')),
    'each nemesis fired, least of a run': Math.min(...table.column('each fired')),
  };
}
