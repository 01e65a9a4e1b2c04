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

it.each([
  [['nowhere'], /^No file that has tests named is in nowhere/],
  [['--sample', '0'], /'--sample <n>' argument '0' is invalid/],
  [['--lines', '1,x'], /'--lines <n,n>' argument '1,x' is invalid/],
  [['--seed', 'x'], /'--seed <n>' argument 'x' is invalid/],
])('refuses %p', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
