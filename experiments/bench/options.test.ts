import { readOptions } from './options';
import { ON_POSTGRES, PEERS } from './peers';
import { WORKLOADS } from './workload';

const namesOf = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

test('without options: everything, five rounds, on the embedded broker', () => {
  expect(readOptions([])).toMatchObject({ broker: 'embedded', rounds: 5, scale: 1, seed: 1, out: '.data/bench.html' });
  expect(namesOf(readOptions([]).peers)).toEqual(namesOf(PEERS).filter((name) => name !== ON_POSTGRES));
  expect(readOptions([]).workloads).toEqual(WORKLOADS);
});

test('what is chosen is measured, in the order of the list', () => {
  const { peers, workloads, rounds, scale } = readOptions([
    ...['--peer', 'plusone,raw-4', '--workload', 'network,no-op', '--rounds', '2', '--messages', '5000'],
  ]);
  expect(namesOf(peers)).toEqual(['raw-4', 'plusone']);
  expect(namesOf(workloads)).toEqual(['no-op', 'network']);
  expect({ rounds, scale }).toEqual({ rounds: 2, scale: 0.1 });
});

test('PostgreSQL is measured beside SQLite where a database is named', () => {
  const { peers, workloads } = readOptions(['--workload', 'recording', '--postgres', 'postgres://rig@127.0.0.1/rig']);
  expect(namesOf(peers)).toContain(ON_POSTGRES);
  expect(namesOf(workloads)).toEqual(['recording']);
});

test('a workload that no chosen peer does is left out', () => {
  expect(namesOf(readOptions(['--peer', 'raw-4']).workloads)).not.toContain('produce-50');
});

test.each([
  [['--peer', ON_POSTGRES], /^None of these peers/],
  [['--postgres', 'http://127.0.0.1'], /It takes a postgres:\/\/ URL\./],
  [
    ['--peer', 'kafka'],
    /^option '--peer <a,b>' argument 'kafka' is invalid\. There is no kafka; there are raw-4, .* \(npm run bench -- --help\)$/,
  ],
  [['--workload', 'lots'], /There is no lots; there are no-op, /],
  [['--peer', 'raw-4', '--workload', 'produce-1'], /^None of these peers does any of these workloads\.$/],
  [['--rounds', '0'], /^option '--rounds <n>' argument '0' is invalid\. It takes a whole number from 1 to 100\./],
  [['--rounds', '2.5'], /'2\.5' is invalid\. It takes a whole number/],
  [['--messages', 'many'], /'many' is invalid\. It takes a whole number/],
  [['--messages', '99'], /'99' is invalid\. It takes a whole number/],
  [['--seed', '-1'], /'--seed <n>' argument '-1' is invalid/],
  [
    ['--broker', 'https://sqs.eu-west-1.amazonaws.com'],
    /It takes embedded, stand-in, or the URL of a broker on this machine or next to it\./,
  ],
  [['--broker', 'nonsense'], /'--broker <broker>' argument 'nonsense' is invalid/],
  [['--out', ''], /'--out <file>' argument '' is invalid\. It is empty\./],
  [['--fast'], /^unknown option '--fast' \(npm run bench -- --help\)$/],
  [['stray'], /^too many arguments/],
])('%j gets one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
