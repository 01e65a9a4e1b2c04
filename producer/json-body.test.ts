import { parseJsonBody } from './json-body';

test('the deepest document that is read', () => {
  const nested = (levels: number): Buffer => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
  expect(parseJsonBody(nested(32))).toBeInstanceOf(Array);
  expect(() => parseJsonBody(nested(33))).toThrow('nests deeper than 32');
});
