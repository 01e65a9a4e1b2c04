import { JSON_TYPE, utf8TypeOf } from './media-type';

test.each([
  'application/json',
  'APPLICATION/JSON',
  'application/json ;',
  'application/json;charset=utf-8',
  'application/json ; charset = "UTF-8" ;',
])('%s is JSON in UTF-8', (header) => {
  expect(utf8TypeOf(header)).toBe(JSON_TYPE);
});

test.each([
  undefined,
  '',
  ';',
  'json',
  'application/jsonx',
  'application/json, text/plain',
  'application/json;;',
  'application/json;;charset=utf-8',
  'application/json;charset=utf-8;charset=utf-8',
  'application/json;charset="utf-8',
  'application/json;charset=utf-8=utf-8',
  'application/json;charset=utf-16',
  'application/json;version=1',
])('%s is not', (header) => {
  expect(utf8TypeOf(header)).not.toBe(JSON_TYPE);
});

test.each([
  ['blanks', 'application/json' + ' '.repeat(15_900) + 'x'],
  ['blanks behind the charset', `application/json;charset=utf-8${' '.repeat(15_900)}x`],
  ['semicolons', `application/json${';'.repeat(15_900)}x`],
  ['equals signs', `application/json;charset${'='.repeat(15_900)}`],
])('a header full of %s is read in a time that grows with its length, not with the square of it', (_, header) => {
  const start = performance.now();
  for (let n = 0; n < 20; n += 1) expect(utf8TypeOf(header)).not.toBe(JSON_TYPE);
  expect(performance.now() - start).toBeLessThan(1_000);
});
