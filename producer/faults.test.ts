import { readEnvironment } from '../contract/environment';
import { ADD_ONE } from '../jobs/add-one/definition';
import { listenHost, producerFaults } from './faults';

const QUEUE = { QUEUE_URL: 'http://127.0.0.1:4100/000000000000/jobs' };

test.each([
  [{}, '127.0.0.1'],
  [{ HOST: 'localhost' }, 'localhost'],
  [{ HOST: '::1' }, '::1'],
  [{ API_KEYS: 'a' }, '0.0.0.0'],
  [{ ALLOW_ANONYMOUS: 'true' }, '0.0.0.0'],
  [{ API_KEYS: 'a', HOST: '10.0.0.1' }, '10.0.0.1'],
])('with %j it listens on %s', (variables, host) => {
  const environment = readEnvironment({ ...QUEUE, ...variables });
  expect(producerFaults(environment)).toEqual([]);
  expect(listenHost(environment)).toBe(host);
});

test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'example.com'])('HOST %s needs a guard', (HOST) => {
  const [fault] = producerFaults(readEnvironment({ ...QUEUE, HOST }));
  expect(fault).toContain(`HOST is "${HOST}"`);
});

test('every fault is told', () => {
  expect(producerFaults(readEnvironment({ HOST: '0.0.0.0' }))).toHaveLength(2);
});

test.each([
  [{ CALLER_FROM: 'request-context' }, 'only the web adapter on Lambda overwrites'],
  [{ CALLER_FROM: 'token', API_KEYS: 'a' }, 'CALLER_FROM and API_KEYS both say who calls'],
])('%j: a fault', (variables, sentence) => {
  expect(producerFaults(readEnvironment({ ...QUEUE, ...variables }))).toEqual([expect.stringContaining(sentence)]);
});

test.each([
  { CALLER_FROM: 'request-context', AWS_LAMBDA_FUNCTION_NAME: 'producer' },
  { CALLER_FROM: 'token' },
  { CALLER_FROM: 'header:x-caller', ALLOW_ANONYMOUS: 'true' },
])('%j: none', (variables) => {
  expect(producerFaults(readEnvironment({ ...QUEUE, ...variables }))).toEqual([]);
});

test('a job type that is larger than the store takes is a fault', () => {
  const large = { ...ADD_ONE, policy: { ...ADD_ONE.policy, sizeLimitBytes: 300 * 1_024 } };
  const faultsWith = (RESULTS: string): string[] => producerFaults(readEnvironment({ ...QUEUE, RESULTS }), [large]);
  expect(faultsWith('dynamodb:results')).toEqual([expect.stringContaining('The job type add-one allows 307200 bytes')]);
  expect(faultsWith('sqlite:results.db')).toEqual([]);
  expect(faultsWith('none')).toEqual([]);
});

test('a job type that cannot work is a fault', () => {
  const faults = producerFaults(readEnvironment(QUEUE), [ADD_ONE, { ...ADD_ONE, type: 'a/b' }]);
  expect(faults).toEqual([expect.stringContaining('"a/b"')]);
});
