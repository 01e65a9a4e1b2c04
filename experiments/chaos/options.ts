import { InvalidArgumentError, Option } from 'commander';
import { whole } from '../../ops/cli/options';
import { commandLine, databaseUrl, JSON_FILE, namesOf } from '../rig/cli/command-line';
import { type BrokerHabits } from '../../ops/broker';
import { NEMESIS_NAMES, type NemesisName } from './nemesis';

const STORES = ['sqlite', 'dynamodb', 'postgres'] as const;

interface Given {
  readonly seed: number;
  readonly seeds?: readonly number[];
  readonly nemesis?: readonly NemesisName[];
  readonly jobs: number;
  /** Undefined for an embedded one. */
  readonly broker?: string;
  readonly persistent: boolean;
  readonly anyOrder: boolean;
  readonly manyOfAGroup: boolean;
  readonly fifo: boolean;
  readonly store: (typeof STORES)[number];
  readonly dynamodb: string;
  readonly postgres: string;
  readonly control: boolean;
  /** How many zombies to make, instead of a run with all nemeses. */
  readonly zombies?: number;
  readonly json?: string;
  readonly keep: boolean;
}

export interface Options extends Given {
  readonly nemeses: readonly NemesisName[];
  /** Habits of SQS that an embedded broker is given. */
  readonly habits: BrokerHabits;
}

const MAX_SEED = 2 ** 32 - 1;
const MAX_SEEDS = 1_000;

const table = () =>
  commandLine(
    'chaos',
    'Runs real processes with every fault at once, drawn from a seed, then counts what became of every job.',
  )
    .option('--seed <n>', 'the seed that draws the faults; any by default', whole(0, MAX_SEED))
    .addOption(
      new Option('--seeds <a..b>', 'a run for each seed from a to b').argParser(seedsOf).conflicts(['seed', 'zombies']),
    )
    .option('--nemesis <a,b>', 'only these faults', namesOf(NEMESIS_NAMES))
    .option('--jobs <n>', 'how many jobs to ask for', whole(10, 1_000_000), 5_000)
    .option('--broker <url>', 'use this broker; by default an embedded one in memory', httpUrl)
    .addOption(
      new Option('--persistent', 'the embedded broker keeps its data on disk, and is killed too').conflicts('broker'),
    )
    .addOption(new Option('--any-order', 'the embedded broker hands out messages in any order').conflicts('broker'))
    .addOption(
      new Option('--many-of-a-group', 'the embedded broker hands out many messages of a FIFO group').conflicts(
        'broker',
      ),
    )
    .option('--fifo', 'use a FIFO queue, with jobs in groups')
    .addOption(new Option('--store <name>', 'where results are recorded').choices(STORES).default('sqlite'))
    .option('--dynamodb <url>', 'where DynamoDB is', httpUrl, 'http://127.0.0.1:8000')
    .option('--postgres <url>', 'where the database is', databaseUrl, 'postgres://rig@127.0.0.1:5433/postgres')
    .option('--control', 'keep no records, so that there must be double effects')
    .option('--zombies <n>', 'instead make this many zombies: runs that go on after their lease', whole(1, 10_000))
    .option(...JSON_FILE)
    .option('--keep', 'keep logs, journal and history even if all went well');

const NOT_GIVEN = {
  ...{ persistent: false, anyOrder: false, manyOfAGroup: false },
  ...{ fifo: false, control: false, keep: false },
};

export function readOptions(args: readonly string[]): Options {
  const given = {
    ...NOT_GIVEN,
    ...table().parse(args, { from: 'user' }).opts<Omit<Given, 'seed'> & { readonly seed?: number }>(),
  };
  const { seed = Math.floor(Math.random() * MAX_SEED), anyOrder, manyOfAGroup } = given;
  return { ...given, seed, nemeses: nemesesOf(given), habits: { anyOrder, manyOfAGroup } };
}

function seedsOf(range: string): number[] {
  const [, first, last] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(range) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (!(count >= 1 && count <= MAX_SEEDS))
    throw new InvalidArgumentError(`It takes a range of up to ${MAX_SEEDS}, such as 1..10.`);
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

function nemesesOf({ nemesis, persistent, fifo }: Pick<Given, 'nemesis' | 'persistent' | 'fifo'>): NemesisName[] {
  const impossible: Readonly<Partial<Record<NemesisName, string>>> = {
    ...(!persistent && { 'broker-kill': 'broker-kill needs --persistent: a broker in memory would lose all.' }),
    ...(fifo && { duplicate: 'duplicate needs a standard queue: FIFO has one delivery of a message at a time.' }),
  };
  if (nemesis === undefined) return NEMESIS_NAMES.filter((name) => impossible[name] === undefined);
  const why = nemesis.map((name) => impossible[name]).find((sentence) => sentence !== undefined);
  if (why !== undefined) throw new Error(why);
  return [...nemesis];
}

function httpUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('It takes an http or https URL.');
}
