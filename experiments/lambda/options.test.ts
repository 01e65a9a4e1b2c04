import { readOptions } from './options';

test('without options: eleven rounds of 200 calls on an embedded broker', () => {
  expect(readOptions([])).toEqual({ rounds: 11, calls: 200, broker: undefined, json: undefined });
});

test('takes what it is told', () => {
  const args = ['--rounds', '3', '--calls', '50', '--broker', 'http://127.0.0.1:4566', '--json', 'lambda.json'];
  expect(readOptions(args)).toEqual({ rounds: 3, calls: 50, broker: 'http://127.0.0.1:4566', json: 'lambda.json' });
});

test.each([
  [['--rounds', '0'], 'It takes a whole number from 1 to 10000'],
  [['--calls', 'many'], "'--calls <n>' argument 'many' is invalid"],
  [['--broker', 'https://sqs.us-east-1.amazonaws.com'], 'It takes the URL of a broker on this machine'],
  [['--broker', 'here'], "'--broker <url>' argument 'here' is invalid"],
  [['--json', ''], "'--json <file>' argument '' is invalid"],
  [['--cold'], "unknown option '--cold'"],
  [['quick'], 'too many arguments'],
])('%j is refused in one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
