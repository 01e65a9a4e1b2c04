import { readOptions } from './options';

test('defaults', () => {
  expect(readOptions([])).toEqual({ out: '.data/visibility.html' });
});

test.each([
  [['--fast'], /^unknown option '--fast' \(npm run lab -- --help\)$/],
  [['more'], /^too many arguments/],
  [['--broker', 'localhost'], /It takes the URL of a broker on this machine/],
  [['--broker', 'https://sqs.eu-central-1.amazonaws.com'], /It takes the URL of a broker on this machine/],
  [['--out', ''], /'--out <file>' argument '' is invalid/],
  [['--from', 'x.json', '--quick'], /'--from <file>' cannot be used with option '--quick'/],
])('%j is one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
  expect(() => readOptions(args)).not.toThrow(/\n/);
});
