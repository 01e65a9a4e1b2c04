import { maskText, maskValue } from './mask';

test.each([
  [
    '{"id":"a","input":{"email":"a@b","n":18446744073709551616}}',
    ['email'],
    '{"id":"a","input":{"email":"***","n":18446744073709551616}}',
  ],
  [
    '{"input":[{"customer":{"email":"a"}},{"email":"b"}]}',
    ['customer.email'],
    '{"input":[{"customer":{"email":"***"}},{"email":"b"}]}',
  ],
  [
    '{"input":{"customer":[{"email":"a"},{"email":1e400}]}}',
    ['customer.email'],
    '{"input":{"customer":[{"email":"***"},{"email":"***"}]}}',
  ],
  ['{"input":{"customer":{"deep":[1.0]}}}', ['customer'], '{"input":{"customer":"***"}}'],
  ['{"__proto__":{"email":1},"email":null}', ['email'], '{"__proto__":{"email":"***"},"email":"***"}'],
  ['{"input":1.50,"a":1e400,"b":-0}', ['input.email', 'nothing'], '{"input":1.50,"a":1e400,"b":-0}'],
  ['{"input":5}', ['input'], '{"input":"***"}'],
  ['"text"', ['email'], '"text"'],
  ['not JSON, a@b', ['email'], '***'],
  ['not JSON', [], 'not JSON'],
])('%.60s without %p is %s', (text, fields, expected) => {
  expect(maskText(text, fields)).toBe(expected);
});

test('deeper than can be walked through it is masked as a whole', () => {
  expect(maskText(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, ['email'])).toBe('***');
});

test('a value is masked as its JSON is, and one that is absent stays so', () => {
  expect(maskValue({ email: 'a', list: [{ email: 'b', n: 1 }] }, ['email'])).toEqual({
    email: '***',
    list: [{ email: '***', n: 1 }],
  });
  expect(maskValue(undefined, ['email'])).toBeUndefined();
  expect(maskValue(null, ['email'])).toBeNull();
});
