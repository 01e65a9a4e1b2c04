import { InvalidArgumentError, Option } from 'commander';
import { whole } from '../../ops/cli/options';
import { commandLine, databaseUrl, filled, JSON_FILE, localBroker, namesOf } from '../rig/cli/command-line';
import { ON_POSTGRES, type Peer, PEERS } from './peers';
import { type Workload, WORKLOADS } from './workload';

interface Given {
  readonly quick?: true;
  readonly peer?: readonly string[];
  readonly workload?: readonly string[];
  readonly rounds?: number;
  readonly messages?: number;
  readonly broker: string;
  readonly seed: number;
  readonly json?: string;
  readonly out: string;
  /** A database for the peer that records there. */
  readonly postgres?: string;
  readonly markdown?: string;
  /** Findings of an earlier run, shown once more. */
  readonly from?: string;
}

export interface Options extends Pick<Given, 'broker' | 'seed' | 'json' | 'out' | 'markdown' | 'from' | 'postgres'> {
  readonly peers: readonly Peer[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  /** Of every workload's messages. */
  readonly scale: number;
}

/** Git-ignored. */
const DEFAULT_OUT = '.data/bench.html';

const ROUNDS = { full: 5, quick: 1 };
/** Of a workload's messages. */
const QUICK_SCALE = 0.15;
/** What `--messages` is of: the messages of `no-op`. */
const FULL_MESSAGES = 50_000;
const QUICK_PEERS = [
  'raw-4',
  'plusone',
  'plusone-unrecorded',
  ON_POSTGRES,
  'sqs-consumer-11-batch',
  'squiss',
  'sqs-consumer-15',
  'nestjs-sqs',
  ...PEERS.filter(({ kinds }) => kinds.includes('produce')).map(({ name }) => name),
];
const QUICK_WORKLOADS = ['no-op', 'exponential', 'produce-50'];

const table = () =>
  commandLine('bench', 'Measures Plusone beside its peers: consumers and producers, in turns, on one broker.')
    .option('--quick', 'one round of the peers and workloads that say most, in two minutes')
    .option('--peer <a,b>', 'only these peers', namesOf(PEERS.map(({ name }) => name)))
    .option('--workload <a,b>', 'only these workloads', namesOf(WORKLOADS.map(({ name }) => name)))
    .option('--rounds <n>', `how many rounds (default: ${ROUNDS.full})`, whole(1, 100))
    .option(
      '--messages <n>',
      `messages of no-op, the others in proportion (default: ${FULL_MESSAGES})`,
      whole(100, 1e6),
    )
    .option('--broker <broker>', 'embedded, stand-in, or the URL of a broker on this machine', brokerOf, 'embedded')
    .option('--seed <n>', 'the seed that draws how long work takes', whole(0, 2 ** 31), 1)
    .option('--postgres <url>', 'a database in which the workload recording records, too', databaseUrl)
    .option('--out <file>', 'write the report to this file, as HTML', filled, DEFAULT_OUT)
    .option(...JSON_FILE)
    .option('--markdown <file>', "write the README's table to this file", filled)
    .addOption(
      new Option('--from <file>', 'show the findings of an earlier run again')
        .argParser(filled)
        .conflicts(['quick', 'peer', 'workload', 'rounds', 'messages', 'postgres']),
    );

export function readOptions(args: readonly string[]): Options {
  const {
    quick = false,
    peer,
    workload,
    rounds,
    messages,
    ...given
  } = table().parse(args, { from: 'user' }).opts<Given>();
  const peers = chosen(PEERS, peer ?? (quick ? QUICK_PEERS : undefined)).filter(
    ({ name }) => name !== ON_POSTGRES || given.postgres !== undefined,
  );
  const workloads = chosen(WORKLOADS, workload ?? (quick ? QUICK_WORKLOADS : undefined));
  const measured = workloads.filter(({ kind }) => peers.some(({ kinds }) => kinds.includes(kind)));
  if (measured.length === 0) throw new Error('None of these peers does any of these workloads.');
  return {
    ...given,
    peers,
    workloads: measured,
    rounds: rounds ?? (quick ? ROUNDS.quick : ROUNDS.full),
    scale: messages === undefined ? (quick ? QUICK_SCALE : 1) : messages / FULL_MESSAGES,
  };
}

const chosen = <T extends { readonly name: string }>(all: readonly T[], names?: readonly string[]): readonly T[] =>
  names ? all.filter(({ name }) => names.includes(name)) : all;

function brokerOf(text: string): string {
  if (text === 'embedded' || text === 'stand-in') return text;
  try {
    return localBroker(text);
  } catch {
    throw new InvalidArgumentError(
      'It takes embedded, stand-in, or the URL of a broker on this machine or next to it.',
    );
  }
}
