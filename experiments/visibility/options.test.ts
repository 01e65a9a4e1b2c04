import { readOptions } from './options';

test('defaults', () => {
  expect(readOptions([])).toEqual({ quick: false, out: '.data/visibility.html' });
});

test.each([
  [['--fast'], /^Unknown option '--fast'; npm run lab -- /],
  [['more'], /^Unexpected argument 'more'/],
  [['--broker', 'localhost'], /takes the URL of a broker on this machine/],
  [['--broker', 'https://sqs.eu-central-1.amazonaws.com'], /takes the URL of a broker on this machine/],
  [['--out', ''], /^--out is empty/],
  [['--from', 'x.json', '--quick'], /--from draws an earlier run/],
])('%j is one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
  expect(() => readOptions(args)).not.toThrow(/\n/);
});
