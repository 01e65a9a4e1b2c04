import { JSON_DEPTH_LIMIT } from '../contract/job';
import { nestsDeeperThan, parseJsonBody } from './json-body';

test.each([
  ['', 0],
  ['1', 0],
  ['{}', 1],
  ['[{"a":[]}]', 3],
  ['[][][]', 1],
  ['"[[[["', 0],
  ['"\\"[["', 0],
  ['["\\\\"]', 1],
  ['"\\\\\\"[[["', 0],
])('%s nests %i deep', (text, depth) => {
  expect(nestsDeeperThan(Buffer.from(text), depth)).toBe(false);
  if (depth > 0) expect(nestsDeeperThan(Buffer.from(text), depth - 1)).toBe(true);
});

test('the deepest document that is read', () => {
  const nested = (levels: number): Buffer => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
  expect(parseJsonBody(nested(JSON_DEPTH_LIMIT))).toBeInstanceOf(Array);
  expect(() => parseJsonBody(nested(JSON_DEPTH_LIMIT + 1))).toThrow('too deep');
});
