import { readOptions } from './options';
import { MUTATED } from './related-tests';

it('mutates every file that has tests named, all of its mutants', () => {
  expect(readOptions([])).toEqual({ paths: MUTATED, sample: undefined, seed: 1, lines: undefined, json: undefined });
});

it('takes files, folders, a sample by a seed, and lines', () => {
  const { paths, ...rest } = readOptions(['transport/settle', '--sample', '5', '--seed', '7', '--lines', '3,4']);
  expect(paths.every((path) => path.startsWith('transport/settle/'))).toBe(true);
  expect(rest).toMatchObject({ sample: 5, seed: 7, lines: [3, 4] });
});

it.each([[['nowhere']], [['--sample', '0']], [['--lines', '1,x']], [['--seed', 'x']]])('refuses %p', (args) => {
  expect(() => readOptions(args)).toThrow(/mutate \[PATH/);
});
