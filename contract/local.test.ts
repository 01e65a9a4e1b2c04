import { isLocalEndpoint, isLoopback, localCredentials, reachableHost, withoutSecrets } from './local';

it.each([
  ['http://127.0.0.1:4100', true],
  ['http://[::1]:4100', true],
  ['http://localhost:4566', true],
  ['http://sqs.us-east-1.localhost:4566', true],
  ['http://elasticmq:9324', true],
  ['http://host.docker.internal:4566', true],
  ['http://10.0.0.5:9324', true],
  ['http://172.20.0.3:9324', true],
  ['http://172.40.0.3:9324', false],
  ['http://127.0.0.1.example.com', false],
  ['https://sqs.us-east-1.amazonaws.com', false],
  ['http://8.8.8.8', false],
  ['not a url', false],
  [undefined, false],
])('%s is local: %s', (endpoint, local) => {
  expect(isLocalEndpoint(endpoint)).toBe(local);
});

it.each([
  ['127.0.0.1', true],
  ['127.0.0.2', true],
  ['::1', true],
  ['localhost', true],
  ['app.localhost', true],
  ['127.0.0.1.example.com', false],
  ['0.0.0.0', false],
  ['192.168.1.5', false],
])('%s is loopback: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

it.each([
  ['::1', '[::1]'],
  ['::', '[::1]'],
  ['0.0.0.0', '127.0.0.1'],
  ['127.0.0.2', '127.0.0.2'],
  ['localhost', 'localhost'],
])('a process that listens on %s is asked at %s', (host, asked) => {
  expect(reachableHost(host)).toBe(asked);
});

it('shows no password of a URL', () => {
  expect(withoutSecrets('postgres://app:s3cret@db:5432/ledger')).toBe('postgres://...@db:5432/ledger');
  expect(withoutSecrets('postgres://app:1/s3@cret@db/ledger')).toBe('postgres://...@db/ledger');
  expect(withoutSecrets('postgres://db/ledger?user=app&password=s3cret&sslmode=verify-full')).toBe(
    'postgres://db/ledger?user=app&password=...&sslmode=verify-full',
  );
  expect(withoutSecrets('http://127.0.0.1:4100')).toBe('http://127.0.0.1:4100');
});

describe('credentials', () => {
  const DUMMY = { accessKeyId: 'local', secretAccessKey: 'local' };
  const OWN = { AWS_ACCESS_KEY_ID: 'mine', AWS_SECRET_ACCESS_KEY: 'secret' };
  const LOOPBACK = 'http://127.0.0.1:4100';
  const BESIDE = 'http://elasticmq:9324';
  const AWS = 'https://sqs.eu-west-1.amazonaws.com';

  it.each([
    [LOOPBACK, {}, DUMMY],
    [LOOPBACK, { AWS_ACCESS_KEY_ID: 'mine' }, DUMMY],
    [LOOPBACK, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: ' ' }, DUMMY],
    [LOOPBACK, { AWS_PROFILE: 'expired' }, DUMMY],
    [LOOPBACK, OWN, { accessKeyId: 'mine', secretAccessKey: 'secret' }],
    [
      LOOPBACK,
      { ...OWN, AWS_SESSION_TOKEN: 'token', AWS_PROFILE: 'other' },
      { accessKeyId: 'mine', secretAccessKey: 'secret', sessionToken: 'token' },
    ],
    [LOOPBACK, { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' }, undefined],
    [BESIDE, {}, DUMMY],
    [BESIDE, { AWS_PROFILE: 'mine' }, undefined],
    [AWS, {}, undefined],
    [AWS, OWN, undefined],
    [undefined, {}, undefined],
  ])('for %s, with %j in the environment: %j', (endpoint, variables, credentials) => {
    expect(localCredentials(endpoint, variables)).toEqual(credentials);
  });
});
