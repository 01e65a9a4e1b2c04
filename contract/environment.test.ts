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

it('takes empty for unset, and lists apart', () => {
  expect(readEnvironment({ PORT: '', API_KEYS: ' a, b ,' })).toMatchObject({ port: 3000, apiKeys: ['a', 'b'] });
});

it('reports every fault together, each with what it takes', () => {
  const faulty = { PORT: '0', CONCURRENCY: '1.5', QUEUE_URL: 'jobs', ALLOW_ANONYMOUS: 'yes', RESULTS: 'postgres:x' };
  const read = (): unknown => readEnvironment(faulty);
  expect(read).toThrow(EnvironmentError);
  for (const name of Object.keys(faulty)) expect(read).toThrow(new RegExp(`${name} is ".*"; it takes`));
});
