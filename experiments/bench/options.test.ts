import { readOptions } from './options';
import { PEERS } from './peers';
import { WORKLOADS } from './workload';

const namesOf = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

test('without options: everything, five rounds, on the embedded broker', () => {
  expect(readOptions([])).toMatchObject({ broker: 'embedded', rounds: 5, scale: 1, seed: 1, out: '.data/bench.html' });
  expect(readOptions([]).peers).toEqual(PEERS);
  expect(readOptions([]).workloads).toEqual(WORKLOADS);
});

test('what is chosen is measured, in the order of the list', () => {
  const { peers, workloads, rounds, scale } = readOptions([
    ...['--peer', 'plusone,raw-4', '--workload', 'network,no-op', '--rounds', '2', '--messages', '5000'],
  ]);
  expect(namesOf(peers)).toEqual(['raw-4', 'plusone']);
  expect(namesOf(workloads)).toEqual(['no-op', 'network']);
  expect({ rounds, scale }).toEqual({ rounds: 2, scale: 0.25 });
});

test('a workload that no chosen peer does is left out', () => {
  expect(namesOf(readOptions(['--peer', 'raw-4']).workloads)).not.toContain('produce-50');
});

test.each([
  [['--peer', 'kafka'], /^"kafka" is no peer; there are raw-4, .*\.$/],
  [['--workload', 'lots'], /^"lots" is no workload; there are no-op, .*\.$/],
  [['--peer', 'raw-4', '--workload', 'produce-1'], /^None of these peers does any of these workloads\.$/],
  [['--rounds', '0'], /^--rounds takes a whole number from 1 to 100, not "0"\.$/],
  [['--rounds', '2.5'], /^--rounds takes .*"2\.5"\.$/],
  [['--messages', 'many'], /^--messages takes .*"many"\.$/],
  [['--messages', '99'], /^--messages takes .*"99"\.$/],
  [['--seed', '-1'], /^--seed|^Option '--seed' argument is ambiguous/],
  [['--broker', 'https://sqs.eu-west-1.amazonaws.com'], /^--broker is "https:.*on this machine or next to it\.$/],
  [['--broker', 'nonsense'], /^--broker is "nonsense"/],
  [['--out', ''], /^--out is empty; npm run bench/],
  [['--fast'], /^Unknown option '--fast'; npm run bench/],
  [['stray'], /^Unexpected argument 'stray'; npm run bench/],
])('%j gets one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
