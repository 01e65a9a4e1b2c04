import { maskRecord, maskText } from './mask';

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
  [
    '{"input":{"card.number":1,"card":{"number":2}}}',
    ['card.number'],
    '{"input":{"card.number":"***","card":{"number":"***"}}}',
  ],
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

test('of a record input and result are masked, each under its name, and what it has none of it gets none of', () => {
  const record = { id: 'a', state: 'done', attempts: 0, updatedAt: 0, input: { email: 'a', n: 1 }, result: 2 } as const;
  expect(maskRecord(record, ['input.email', 'result'])).toEqual({
    ...record,
    input: { email: '***', n: 1 },
    result: '***',
  });
  const { result, ...failed } = record;
  expect([result, maskRecord(failed, ['n'])]).toEqual([2, { ...failed, input: { email: 'a', n: '***' } }]);
});
