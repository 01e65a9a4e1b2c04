import { JSON_DEPTH_LIMIT } from '../transport/delivery/json-depth';
import { parseJsonBody } from './json-body';

test('the deepest document that is read', () => {
  const nested = (levels: number): Buffer => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
  expect(parseJsonBody(nested(JSON_DEPTH_LIMIT))).toBeInstanceOf(Array);
  expect(() => parseJsonBody(nested(JSON_DEPTH_LIMIT + 1))).toThrow('too deep');
});
