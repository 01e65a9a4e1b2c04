import { EnvironmentError, readEnvironment } from './environment';

it('has a default for everything but the queues', () => {
  expect(readEnvironment({})).toMatchObject({
    port: 3000,
    consumerPort: 3001,
    brokerPort: 4100,
    results: 'sqlite:.data/results.db',
    concurrency: 100,
    apiKeys: [],
    queueUrl: undefined,
    rateLimitPerSecond: undefined,
  });
});

it('asks for a lease only where one is named, which local provisioning takes as well', () => {
  expect(readEnvironment({})).toMatchObject({ visibilityTimeoutSeconds: 30, leaseSeconds: undefined });
  const named = readEnvironment({ VISIBILITY_TIMEOUT_SECONDS: '30' });
  expect(named).toMatchObject({ visibilityTimeoutSeconds: 30, leaseSeconds: 30 });
});

it('takes empty for unset, and lists apart', () => {
  expect(readEnvironment({ PORT: '', API_KEYS: ' a, b ,' })).toMatchObject({ port: 3000, apiKeys: ['a', 'b'] });
});

it('reports every fault together, each with what it takes', () => {
  const faulty = {
    PORT: '0',
    CONCURRENCY: '1.5',
    QUEUE_URL: 'jobs',
    ALLOW_ANONYMOUS: 'yes',
    RESULTS: 'postgres:x',
    CALLER_FROM: 'x',
  };
  const read = (): unknown => readEnvironment(faulty);
  expect(read).toThrow(EnvironmentError);
  for (const name of Object.keys(faulty)) expect(read).toThrow(new RegExp(`${name} is ".*"; it takes`));
});

it('takes a database by its URL; one that cannot be read is a fault that shows none of it', () => {
  const url = 'postgres://app:s3cret@db:5432/ledger?sslmode=verify-full';
  expect(readEnvironment({ RESULTS: url }).results).toBe(url);
  // The second is one to a URL's parser: a host `app` with the port 12.
  const unreadable = [
    'postgres://app:s3/cret@db/ledger',
    'postgres://app:12/cret@db/ledger',
    'postgres://app:12#cret@db/',
  ];
  for (const RESULTS of ['{"username":"app","password":"s3cret","host":"db"}', 'postgres:/app:s3cret@db/ledger']) {
    const misread = (): unknown => readEnvironment({ RESULTS });
    expect(misread).toThrow(/RESULTS is not shown, since it may hold a password; it takes .*postgres:/);
    expect(misread).not.toThrow(/s3cret/);
  }
  for (const RESULTS of unreadable) {
    const read = (): unknown => readEnvironment({ RESULTS });
    expect(read).toThrow(/RESULTS is no valid URL; in its password write %40 for @, %2F for \/ and the like$/);
    expect(read).not.toThrow(/cret/);
  }
});

const LOCAL = 'http://127.0.0.1:4566';

describe('an endpoint', () => {
  it.each([
    [{}, undefined, undefined],
    [{ AWS_ENDPOINT_URL: LOCAL }, LOCAL, LOCAL],
    [{ AWS_ENDPOINT_URL: LOCAL, AWS_ENDPOINT_URL_SQS: 'http://sqs' }, 'http://sqs', LOCAL],
    [{ AWS_ENDPOINT_URL: LOCAL, AWS_ENDPOINT_URL_DYNAMODB: 'http://table' }, LOCAL, 'http://table'],
    [{ AWS_ENDPOINT_URL: LOCAL, AWS_ENDPOINT_URL_SQS: ' ' }, LOCAL, LOCAL],
  ])('as in %j: SQS at %s, DynamoDB at %s', (variables, sqsEndpoint, dynamodbEndpoint) => {
    expect(readEnvironment(variables)).toMatchObject({ sqsEndpoint, dynamodbEndpoint });
  });

  it('for both that is no URL is one fault', () => {
    const read = (): unknown => readEnvironment({ AWS_ENDPOINT_URL: 'localhost:4566' });
    expect(read).toThrow(
      /^A fault keeps this from starting:\n {2}AWS_ENDPOINT_URL is "localhost:4566"; it takes an http or https URL$/,
    );
  });
});

describe('a region', () => {
  it.each([
    ['is the one of AWS_REGION', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1'],
    ['is the one of AWS_DEFAULT_REGION otherwise', { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
    ['is left to the SDK without either', {}, undefined],
    ['is us-east-1 for an emulator', { AWS_ENDPOINT_URL: LOCAL }, 'us-east-1'],
    ['is the one named for an emulator too', { AWS_ENDPOINT_URL: LOCAL, AWS_REGION: 'eu-west-1' }, 'eu-west-1'],
  ])('%s', (_, variables, region) => {
    expect(readEnvironment(variables)).toMatchObject({ region, dynamodbRegion: region });
  });

  it('of a table on AWS is left to the SDK beside an emulated queue', () => {
    expect(readEnvironment({ QUEUE_URL: 'http://127.0.0.1:9324/0/q' })).toMatchObject({ region: 'us-east-1' });
    expect(readEnvironment({ QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/q' }).region).toBeUndefined();
    const environment = readEnvironment({ AWS_ENDPOINT_URL_SQS: LOCAL });
    expect(environment).toMatchObject({ region: 'us-east-1', dynamodbRegion: undefined });
  });
});

describe('API_KEYS', () => {
  it.each([',', ' , ,'])('"%s" holds no key, and is no way to start without', (API_KEYS) => {
    expect(() => readEnvironment({ API_KEYS })).toThrow('API_KEYS holds no key');
  });

  it.each(['good,with blank', 'good,schlüssel', 'good,tab\tin it', `good,${'k'.repeat(257)}`])(
    '"%s": the second cannot be sent, and is not repeated',
    (API_KEYS) => {
      const read = (): unknown => readEnvironment({ API_KEYS });
      expect(read).toThrow('API_KEYS: key 2 of 2 cannot be sent');
      expect(read).not.toThrow(API_KEYS.slice(5));
    },
  );
});

describe('CALLER_FROM', () => {
  it.each([
    ['request-context', 'request-context'],
    ['token', 'token'],
    ['header:X-Caller', 'header:x-caller'],
  ])('%s is read as %s', (CALLER_FROM, callerFrom) => {
    expect(readEnvironment({ CALLER_FROM })).toMatchObject({ callerFrom });
  });

  it.each(['header:', 'header:a b', 'header', 'tokens', 'x-caller'])('"%s" is refused', (CALLER_FROM) => {
    const sentence = `CALLER_FROM is "${CALLER_FROM}"; it takes request-context, token or header:NAME`;
    expect(() => readEnvironment({ CALLER_FROM })).toThrow(sentence);
  });
});

describe('metrics', () => {
  it('are nowhere unless asked for', () => {
    expect(readEnvironment({})).toMatchObject({ metricsPort: undefined, consumerMetricsPort: undefined, emf: false });
    expect(readEnvironment({ METRICS_PORT: '' })).toMatchObject({ metricsPort: undefined });
  });

  it('have ports of their own, or are lines', () => {
    const environment = readEnvironment({ METRICS_PORT: '9464', CONSUMER_METRICS_PORT: '9465', METRICS: 'emf' });
    expect(environment).toMatchObject({ metricsPort: 9464, consumerMetricsPort: 9465, emf: true });
  });

  it.each([
    [{ METRICS_PORT: '0' }, 'METRICS_PORT is "0"; it takes a whole number from 1 to 65535'],
    [{ METRICS: 'EMF' }, 'METRICS is "EMF"; it takes emf or off'],
  ])('%j is a fault', (variables, fault) => {
    expect(() => readEnvironment(variables)).toThrow(fault);
  });
});
