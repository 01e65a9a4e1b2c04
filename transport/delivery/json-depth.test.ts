import { nestsDeeperThan } from './json-depth';

it.each([
  ['1', 0],
  ['[]', 1],
  ['{"a":[{}]}', 3],
  ['"[[[["', 0],
  ['"\\"[["', 0],
  ['{"a":"\\\\"}', 1],
  ['["unended', 1],
  ['[][][]', 1],
])('finds %s nested %d deep', (text, depth) => {
  expect(nestsDeeperThan(text, depth)).toBe(false);
  if (depth > 0) expect(nestsDeeperThan(text, depth - 1)).toBe(true);
});
