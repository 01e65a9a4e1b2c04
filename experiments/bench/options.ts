import { parseArgs } from 'node:util';
import { isLocalEndpoint } from '../../contract/local';
import { parseArguments } from '../rig/cli/arguments';
import { type Peer, PEERS } from './peers';
import { type Workload, WORKLOADS } from './workload';

export interface Options {
  readonly broker: string;
  readonly peers: readonly Peer[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  /** Of every workload's messages. */
  readonly scale: number;
  readonly seed: number;
  readonly json: string | undefined;
  readonly out: string;
  /** The README's table, to a file. */
  readonly markdown: string | undefined;
  /** Findings of an earlier run, shown once more. */
  readonly from: string | undefined;
}

const USAGE =
  'npm run bench -- [--quick] [--peer A,B] [--workload A,B] [--rounds N] [--messages N] [--broker embedded|stand-in|URL]' +
  ' [--seed N] [--json FILE] [--out FILE] [--markdown FILE] [--from FILE]';

/** Git-ignored. */
const DEFAULT_OUT = '.data/bench.html';

const ROUNDS = { full: 5, quick: 1 };
/** Of a workload's messages. */
const QUICK_SCALE = 0.15;
/** What `--messages` is of: the messages of `no-op`. */
const FULL_MESSAGES = 20_000;
const QUICK_PEERS = [
  'raw-4',
  'plusone',
  'plusone-unrecorded',
  'sqs-consumer-11-batch',
  'squiss',
  'sqs-consumer-15',
  'nestjs-sqs',
];
const QUICK_WORKLOADS = ['no-op', 'exponential', 'produce-50'];

/** Throws one sentence for what it does not take. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArguments(USAGE, () =>
    parseArgs({
      args: [...args],
      options: {
        ...{ quick: { type: 'boolean', default: false }, peer: text, workload: text, rounds: text, messages: text },
        ...{ broker: text, seed: text, json: text, out: text, markdown: text, from: text },
      },
    }),
  );
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty) throw new Error(`--${empty[0]} is empty; ${USAGE}`);
  const { quick, json, markdown, from, out = DEFAULT_OUT } = values;
  const messages = whole('messages', values.messages, { fallback: NaN, least: 100, most: 1_000_000 });
  const peers = chosen('peer', values.peer, { all: PEERS, fallback: quick ? producersAnd(QUICK_PEERS) : undefined });
  const workloads = chosen('workload', values.workload, {
    all: WORKLOADS,
    fallback: quick ? QUICK_WORKLOADS : undefined,
  });
  const measured = workloads.filter(({ kind }) => peers.some(({ kinds }) => kinds.includes(kind)));
  if (measured.length === 0) throw new Error('None of these peers does any of these workloads.');
  return {
    broker: brokerOf(values.broker),
    peers,
    workloads: measured,
    rounds: whole('rounds', values.rounds, { fallback: quick ? ROUNDS.quick : ROUNDS.full, least: 1, most: 100 }),
    scale: Number.isNaN(messages) ? (quick ? QUICK_SCALE : 1) : messages / FULL_MESSAGES,
    seed: whole('seed', values.seed, { fallback: 1, least: 0, most: 2 ** 31 }),
    json,
    out,
    markdown,
    from,
  };
}

const producersAnd = (names: readonly string[]): string[] => [
  ...names,
  ...PEERS.filter(({ kinds }) => kinds.includes('produce')).map(({ name }) => name),
];

function chosen<T extends { readonly name: string }>(
  option: string,
  value: string | undefined,
  { all, fallback }: { readonly all: readonly T[]; readonly fallback: readonly string[] | undefined },
): readonly T[] {
  const names = value?.split(',') ?? fallback;
  const unknown = names?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new Error(`"${unknown}" is no ${option}; there are ${all.map(({ name }) => name).join(', ')}.`);
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

function brokerOf(value = 'embedded'): string {
  if (value === 'embedded' || value === 'stand-in') return value;
  if (URL.canParse(value) && /^https?:/.test(value) && isLocalEndpoint(value)) return value;
  throw new Error(
    `--broker is "${value}"; it takes embedded, stand-in, or the URL of a broker on this machine or next to it.`,
  );
}

function whole(
  name: string,
  value: string | undefined,
  { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} takes a whole number from ${least} to ${most}, not "${value}".`);
}
