import { ADD_ONE } from '../../jobs/add-one/definition';
import { withBroker } from '../harness/broker';
import { INVALID, type JsonCase, VALID } from './json-cases';
import { startProducer, type TestProducer } from './test-producer';
import { expectProblemResponse } from './problem-response';

const INPUT_MIN = -9_007_199_254_740_991;
const INPUT_MAX = 9_007_199_254_740_990;

const broker = withBroker();
let producer: TestProducer;
const accepted: string[] = [];

beforeAll(async () => {
  producer = await startProducer(broker(), { definitions: [ADD_ONE] });
});
afterAll(async () => {
  await producer.close();
});

/** What the platform itself makes of it, without a line of ours. */
function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
}

function isJob(bytes: Uint8Array): boolean {
  try {
    const value = parse(bytes);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    if (Reflect.ownKeys(value).join() !== 'input') return false;
    const { input } = value as { input: unknown };
    return typeof input === 'number' && input >= INPUT_MIN && input <= INPUT_MAX;
  } catch {
    return false;
  }
}

const asInput = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from('{"input":'), bytes, Buffer.from('}')]);

const table = (cases: readonly JsonCase[]): [string, Buffer][] => cases.map(({ name, bytes }) => [name, bytes]);

async function expectTruth(bytes: Buffer): Promise<void> {
  const response = await producer.post('/produce', new Uint8Array(bytes));
  if (isJob(bytes)) {
    expect(response.status).toBe(202);
    accepted.push(((await response.json()) as { id: string }).id);
  } else {
    await expectProblemResponse(response, bytes.length > 16_384 ? 413 : 400);
  }
  const inPlace = await producer.post('/', new Uint8Array(bytes));
  expect(inPlace.ok).toBe(isJob(bytes));
  expect(inPlace.status).toBeLessThan(500);
}

test('there are 95 to accept and 250 to reject, each once, and the platform agrees', () => {
  expect(VALID).toHaveLength(95);
  expect(INVALID).toHaveLength(250);
  expect(new Set([...VALID, ...INVALID].map(({ bytes }) => bytes.toString('hex'))).size).toBe(95 + 250);
  for (const { bytes } of VALID) expect(() => parse(bytes)).not.toThrow();
  for (const { bytes } of INVALID) expect(() => parse(bytes)).toThrow();
});

describe.each([
  ['JSON', VALID],
  ['not JSON', INVALID],
] as const)('%s', (_, cases) => {
  test.each(table(cases))('%s', async (_name, bytes) => {
    await expectTruth(bytes);
  });

  test.each(table(cases))('%s as input', async (_name, bytes) => {
    await expectTruth(asInput(bytes));
  });
});

test('what was accepted is queued, and nothing else', async () => {
  const messages = await broker().receiveAll(producer.queues.queueUrl);
  const ids = messages.map(({ Body = '' }) => (JSON.parse(Body) as { id: string }).id);
  expect(ids.sort()).toEqual(accepted.sort());
  expect(accepted.length).toBeGreaterThan(20);
  expect(producer.errors).toEqual([]);
});
