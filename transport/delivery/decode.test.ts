import { Rejection } from './outcome';
import { decode, nestsDeeperThan } from './decode';

it.each(['', ' ', '{', '[1,]', 'NaN', '\u0000', `${'['.repeat(33)}${']'.repeat(33)}`])(
  'rejects %j as malformed',
  (body) => {
    expect(() => decode(body)).toThrow(Rejection);
  },
);

it('decodes what nests 32 deep', () => {
  expect(decode(`${'['.repeat(32)}${']'.repeat(32)}`)).toBeDefined();
});

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
