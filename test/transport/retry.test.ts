import { reject, Rejection, retry, RetryAfter } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { besideOthers, scripted, Script, startConsumer } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const { it } = besideOthers();

const start = async (script: Script): Promise<{ queueUrl: string; deadLetterQueueUrl: string }> => {
  const queues = await broker().createQueues();
  await startConsumer({ broker: broker(), queues, ...scripted(script) });
  return queues;
};

it('runs a job again after a backoff when its handler throws', async () => {
  const times: number[] = [];
  const script = new Script(() => {
    times.push(Date.now());
    if (times.length === 1) throw new Error('not yet');
  });
  const { queueUrl } = await start(script);
  await broker().send(queueUrl, '{}');
  await eventually(() => broker().isEmpty(queueUrl), { withinMs: 20_000 });
  expect(script.runs.map(({ receiveCount }) => receiveCount)).toEqual([1, 2]);
  // The least backoff is a second; a broker's clock may be coarse.
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(900);
});

it('dead-letters with the last error after the fifth failed run', async () => {
  const script = new Script();
  script.become(() => retry(`failure ${script.runs.length}`, 0));
  const { queueUrl, deadLetterQueueUrl } = await start(script);
  const id = await broker().send(queueUrl, '{"a":1}');
  const [message] = await deadLetters(broker(), deadLetterQueueUrl);
  expect(whyOf(message ?? {})).toMatchObject({
    reason: 'attempts',
    error: 'failure 5',
    attempts: 5,
    sourceMessageId: id,
  });
  expect(script.runs).toHaveLength(5);
  await eventually(() => broker().isEmpty(queueUrl));
});

it('runs a job again when a RetryAfter says, and keeps its text and its cause', async () => {
  const script = new Script(() => {
    throw new RetryAfter(0, 'The provider is busy.', { cause: new Error('429') });
  });
  const { queueUrl, deadLetterQueueUrl } = await start(script);
  await broker().send(queueUrl, '{}');
  const [message] = await deadLetters(broker(), deadLetterQueueUrl);
  const error: unknown = expect.stringMatching(/^The provider is busy\. Caused by .*429/);
  expect(whyOf(message ?? {})).toMatchObject({ reason: 'attempts', attempts: 5, error });
});

const throwing = (thrown: unknown) => (): never => {
  throw thrown;
};
const refuse = (): never => {
  throw new Error('not to be read');
};
const TRAPS = { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse };
const caused = new Error('loop');
caused.cause = caused;
const unreadable = (name: string): Error => Object.defineProperty(new Error('boom'), name, { get: refuse });

it.each<[string, () => unknown, string | RegExp]>([
  [
    'a string',
    (): never => {
      throw 'just text';
    },
    'just text',
  ],
  [
    'undefined',
    (): never => {
      throw undefined;
    },
    'undefined',
  ],
  [
    'an object that cannot be shown',
    (): never => {
      throw Object.create(null);
    },
    'an error that cannot be shown',
  ],
  ['a rejection with null', (): Promise<never> => Promise.reject(null), 'null'],
  ['a symbol', throwing(Symbol('sign')), 'Symbol(sign)'],
  ['an error that is its own cause', throwing(caused), /^Error: loop, caused by Error: loop/],
  ['5 MB of text', throwing(new Error('x'.repeat(5_000_000))), /^Error: x{993}$/],
  ['a message that throws when read', throwing(unreadable('message')), 'Error: no message'],
  ['what throws whatever it is asked', throwing(new Proxy({}, TRAPS)), 'an error that cannot be shown'],
  ['a rejection for no reason', throwing(new Rejection(undefined as unknown as string, '')), 'Rejection: no message'],
])('counts it as a failed run when a handler throws %s', async (_case, behaviour, text) => {
  const script = new Script();
  script.become(() => (script.runs.length < 5 ? retry('before', 0) : behaviour()));
  const { queueUrl, deadLetterQueueUrl } = await start(script);
  await broker().send(queueUrl, '{}');
  const [message] = await deadLetters(broker(), deadLetterQueueUrl);
  expect(whyOf(message ?? {})).toMatchObject({
    error: typeof text === 'string' ? text : expect.stringMatching(text),
  });
});

it('never runs again what a handler rejects', async () => {
  const script = new Script(() => reject('closed', 'the account is closed'));
  const { queueUrl, deadLetterQueueUrl } = await start(script);
  await broker().send(queueUrl, '{}');
  const [message] = await deadLetters(broker(), deadLetterQueueUrl);
  expect(whyOf(message ?? {})).toMatchObject({ reason: 'closed', error: 'the account is closed' });
  expect(script.runs).toHaveLength(1);
});
