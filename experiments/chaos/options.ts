import { parseArgs } from 'node:util';
import { type BrokerHabits } from '../../ops/broker';
import { isDatabaseUrl } from '../../results/open';
import { isNemesis, NEMESIS_NAMES, type NemesisName } from './nemesis';

const STORES = ['sqlite', 'dynamodb', 'postgres'] as const;

export interface Options {
  readonly seed: number;
  /** A run for each of these instead. */
  readonly seeds: readonly number[] | undefined;
  readonly nemeses: readonly NemesisName[];
  readonly jobs: number;
  /** Undefined for an embedded one. */
  readonly broker: string | undefined;
  /** An embedded broker that keeps its data on disk, and is killed too. */
  readonly persistent: boolean;
  /** Habits of SQS that an embedded broker is given. */
  readonly habits: BrokerHabits;
  /** A FIFO queue, with jobs in groups. */
  readonly fifo: boolean;
  readonly store: (typeof STORES)[number];
  readonly dynamodb: string;
  readonly postgres: string;
  readonly control: boolean;
  /** How many zombies to make, instead of a run with all nemeses. */
  readonly zombies: number | undefined;
  readonly json: string | undefined;
  /** Logs, journal and history stay, even if all went well. */
  readonly keep: boolean;
}

const USAGE =
  'chaos [--seed N | --seeds A..B] [--nemesis A,B] [--jobs N] [--broker URL | [--persistent] [--any-order] [--many-of-a-group]] [--fifo] [--store sqlite|dynamodb|postgres] [--dynamodb URL] [--postgres URL]' +
  ' [--control] [--zombies N] [--json FILE] [--keep]';

const JOBS = { fallback: 5_000, most: 1_000_000 };
const SEED_MOST = 2 ** 32 - 1;
const SEEDS_MOST = 1_000;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const OPTIONS = {
  ...{ seed: text, seeds: text, nemesis: text, jobs: text, store: text, dynamodb: text, postgres: text },
  ...{ broker: text, persistent: flag, 'any-order': flag, 'many-of-a-group': flag, fifo: flag },
  ...{ control: flag, zombies: text, json: text, keep: flag },
} as const;

/** What `npm run chaos` was told; throws one sentence about what it cannot be told. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { broker, persistent, fifo, control, json, keep } = values;
  for (const name of ['persistent', 'any-order', 'many-of-a-group'] as const)
    if (broker !== undefined && values[name])
      throw new Error(`--${name} is of the embedded broker, --broker names another.`);
  return {
    seed: whole('seed', values.seed, { fallback: Math.floor(Math.random() * SEED_MOST), least: 0, most: SEED_MOST }),
    seeds: values.seeds === undefined ? undefined : seedsOf(values.seeds),
    nemeses: nemesesOf(values.nemesis, { persistent, fifo }),
    jobs: whole('jobs', values.jobs, { ...JOBS, least: 10 }),
    broker: broker === undefined ? undefined : url('broker', broker),
    persistent,
    habits: { anyOrder: values['any-order'], manyOfAGroup: values['many-of-a-group'] },
    fifo,
    store: storeOf(values.store),
    dynamodb: url('dynamodb', values.dynamodb ?? 'http://127.0.0.1:8000'),
    postgres: databaseUrl(values.postgres ?? 'postgres://rig@127.0.0.1:5433/postgres'),
    control,
    zombies:
      values.zombies === undefined
        ? undefined
        : whole('zombies', values.zombies, { fallback: 0, least: 1, most: 10_000 }),
    json,
    keep,
  };
}

/** `A..B`, both included. */
function seedsOf(range: string): number[] {
  const [, first, last] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(range) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (!(count >= 1 && count <= SEEDS_MOST))
    throw new Error(`--seeds takes a range of at most ${SEEDS_MOST} such as 1..10, not "${range}".`);
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

function nemesesOf(
  names: string | undefined,
  { persistent, fifo }: { readonly persistent: boolean; readonly fifo: boolean },
): NemesisName[] {
  const impossible: Readonly<Partial<Record<NemesisName, string>>> = {
    ...(!persistent && { 'broker-kill': 'broker-kill needs --persistent: a broker in memory would lose all.' }),
    ...(fifo && { duplicate: 'duplicate needs a standard queue: FIFO has one delivery of a message at a time.' }),
  };
  if (names === undefined) return NEMESIS_NAMES.filter((name) => impossible[name] === undefined);
  return names.split(',').map((name) => {
    if (!isNemesis(name)) throw new Error(`"${name}" is no nemesis; there are ${NEMESIS_NAMES.join(', ')}.`);
    const why = impossible[name];
    if (why !== undefined) throw new Error(why);
    return name;
  });
}

function storeOf(name = 'sqlite'): Options['store'] {
  const store = STORES.find((known) => known === name);
  if (store) return store;
  throw new Error(`--store takes ${STORES.join(', ')}, not "${name}".`);
}

function whole(
  name: string,
  value: string | undefined,
  { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  const number = value === undefined ? fallback : Number(value);
  if (value?.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} takes a whole number from ${least} to ${most}, not "${String(value)}".`);
}

function url(name: string, value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error(`--${name} takes an http or https URL, not "${value}".`);
}

function databaseUrl(value: string): string {
  if (isDatabaseUrl(value) && URL.canParse(value)) return value;
  throw new Error(`--postgres takes a postgres:// URL, not "${value}".`);
}

export const usageOf = (error: unknown): string =>
  `${error instanceof Error ? error.message : String(error)}\n${USAGE}`;
