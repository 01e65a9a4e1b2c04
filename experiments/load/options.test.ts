import { readOptions } from './options';

test('defaults', () => {
  expect(readOptions(['smoke'])).toEqual({
    profile: 'smoke',
    url: undefined,
    peak: undefined,
    p99: undefined,
    patience: 45,
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
  expect(() => readOptions(['smoke', '--url', url])).toThrow(
    /^option '--url <url>' argument '.*' is invalid\. Load goes to this machine only/,
  );
});

test.each([
  [[], /^missing required argument 'profile' \(npm run load -- --help\)$/],
  [['soak'], /'soak' is invalid for argument 'profile'\. Allowed choices are smoke, load, stress, spike\./],
  [['smoke', 'load'], /^too many arguments/],
  [['smoke', '--fast'], /^unknown option '--fast'/],
  [
    ['smoke', '--peak', '0'],
    /^option '--peak <n>' argument '0' is invalid\. It takes a whole number from 1 to 10000\./,
  ],
  [['smoke', '--peak', '1e9'], /'1e9' is invalid/],
  [['smoke', '--p99', 'fast'], /'--p99 <ms>' argument 'fast' is invalid/],
  [['smoke', '--patience', '1.5'], /'--patience <seconds>' argument '1\.5' is invalid/],
  [['smoke', '--url', ''], /'--url <url>' argument '' is invalid/],
  [['smoke', '--out'], /^option '--out <file>' argument missing/],
])('%j is one sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
  expect(() => readOptions(args)).not.toThrow(/\n/);
});
