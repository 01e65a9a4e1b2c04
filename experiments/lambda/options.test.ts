import { readOptions } from './options';

test('without options: eleven rounds of 200 calls on an embedded broker', () => {
  expect(readOptions([])).toEqual({ rounds: 11, calls: 200, broker: undefined, json: undefined });
});

test('takes what it is told', () => {
  const args = ['--rounds', '3', '--calls', '50', '--broker', 'http://127.0.0.1:4566', '--json', 'lambda.json'];
  expect(readOptions(args)).toEqual({ rounds: 3, calls: 50, broker: 'http://127.0.0.1:4566', json: 'lambda.json' });
});

test.each([
  [['--rounds', '0'], '--rounds is "0"; it takes a whole number from 1 to 10000'],
  [['--calls', 'many'], '--calls is "many"; it takes a whole number from 1 to 10000'],
  [['--broker', 'https://sqs.us-east-1.amazonaws.com'], 'it takes the URL of a broker on this machine'],
  [['--broker', 'here'], '--broker is "here"'],
  [['--json', ''], '--json is empty'],
  [['--cold'], "Unknown option '--cold'"],
  [['quick'], 'Unexpected argument'],
])('%j is refused in one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
