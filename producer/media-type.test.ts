import { isJsonType } from './media-type';

test.each([
  'application/json',
  'APPLICATION/JSON',
  'application/json ;',
  'application/json;charset=utf-8',
  'application/json ; charset = "UTF-8" ;',
])('%s is JSON in UTF-8', (header) => {
  expect(isJsonType(header)).toBe(true);
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
  expect(isJsonType(header)).toBe(false);
});

test.each([
  ['blanks', 'application/json' + ' '.repeat(15_900) + 'x'],
  ['blanks behind the charset', `application/json;charset=utf-8${' '.repeat(15_900)}x`],
  ['semicolons', `application/json${';'.repeat(15_900)}x`],
  ['equals signs', `application/json;charset${'='.repeat(15_900)}`],
])('a header full of %s is read in a few milliseconds', (_, header) => {
  const start = performance.now();
  for (let n = 0; n < 5; n += 1) expect(isJsonType(header)).toBe(false);
  expect(performance.now() - start).toBeLessThan(100);
});
