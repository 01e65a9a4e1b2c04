import { readOptions } from './options';

test('defaults', () => {
  expect(readOptions(['smoke'])).toEqual({
    profile: 'smoke',
    url: undefined,
    peak: undefined,
    p99Ms: undefined,
    patienceSeconds: 45,
    out: '.data/load-smoke.html',
    json: '.data/load-smoke.json',
  });
});

test.each(['http://127.0.0.1:3000', 'http://127.1.2.3', 'http://localhost:3000/', 'http://[::1]:3000'])(
  'takes %s, which is this machine',
  (url) => {
    expect(readOptions(['load', '--url', url]).url).toBe(url.replace(/\/$/, ''));
  },
);

test.each([
  'http://192.168.1.5:3000',
  'http://10.0.0.1',
  'https://example.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com:3000',
  'http://localhost@example.com',
  'http://127.0.0.1:3000@example.com/',
  'http://127.0.0.1:3000/path',
  'http://0.0.0.0:3000',
  'http://2130706433:3000',
  'localhost:3000',
])('refuses %s: load goes to this machine only', (url) => {
  expect(() => readOptions(['smoke', '--url', url])).toThrow(/^--url is ".*"; load goes to this machine only/);
});

test.each([
  [[], /^"" is no profile; npm run load -- smoke\|load/],
  [['soak'], /^"soak" is no profile/],
  [['smoke', 'load'], /^"smoke load" is no profile/],
  [['smoke', '--fast'], /^Unknown option '--fast'; npm run load -- /],
  [['smoke', '--peak', '0'], /^--peak is "0"; it takes a whole number from 1 to 10000$/],
  [['smoke', '--peak', '1e9'], /^--peak is "1e9"/],
  [['smoke', '--p99', 'fast'], /^--p99 is "fast"/],
  [['smoke', '--patience', '1.5'], /^--patience is "1.5"/],
  [['smoke', '--url', ''], /^--url is empty/],
  [['smoke', '--out'], /^Option '--out <value>' argument missing/],
])('%j is one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
  expect(() => readOptions(args)).not.toThrow(/\n/);
});
