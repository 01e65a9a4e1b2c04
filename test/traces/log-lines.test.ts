import { Logger } from '@nestjs/common';
import { type Writable } from 'node:stream';
import { createLogger } from '../../service/logger';
import { startPair } from '../../testing/pair';
import { TEST_JOB, testWork } from '../harness/jobs';
import { OtlpReceiver } from '../harness/otlp-receiver';

/** What is written to stdout and stderr meanwhile, as text. */
async function written(run: () => unknown): Promise<string> {
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream as Writable, 'write').mockImplementation((chunk: unknown) => {
      text += String(chunk);
      return true;
    }),
  );
  await run();
  for (const spy of spies) spy.mockRestore();
  return text;
}

type Line = Record<string, unknown>;
const linesIn = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const cyclic: Line = { name: 'cyclic' };
cyclic['self'] = cyclic;
const throwing = {
  get value(): never {
    throw new Error('no');
  },
};

it.each([
  ['ends of lines', 'a\nb\r\nc\u2028d\u2029e\u0085f\u000bg'],
  ['controls of a terminal', '\u001b[31mred\u009b2J\u007f\u0000\u0007'],
  ['lone surrogates', '\ud800 \udfff'],
  ['an object that holds itself', cyclic],
  ['a message that holds itself', { message: 'said', cyclic }],
  ['a getter that throws', throwing],
  [
    'fields of which one throws',
    Object.defineProperties({ message: 'said' }, Object.getOwnPropertyDescriptors(throwing)),
  ],
  ['toJSON that throws', { toJSON: () => throwing.value }],
  ['a bigint, a symbol, a map', { big: 1n, symbol: Symbol('s'), map: new Map([[cyclic, cyclic]]) }],
  ['an error with a cause that is itself', Object.assign(new Error('e\u2028'), { cyclic })],
  ['20 MB', 'x'.repeat(20_000_000)],
  ['a million members', Array(1_000_000).fill('y')],
  [
    '100,000 levels',
    Array(100_000)
      .fill(0)
      .reduce((inner: unknown) => [inner], 0),
  ],
])('a line of the log is one line with %s', async (_, value) => {
  const logger = createLogger();
  const text = await written(() => {
    logger.warn(value, 'Test');
  });
  expect(text.split(/[\n\r\u2028\u2029\u0085\u000b\u000c]/)).toHaveLength(2);
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  expect(text.length).toBeLessThan(260_000);
  expect(linesIn(text)).toMatchObject([{ level: 'warn', context: 'Test' }]);
});

it('lines of a run, of its failure and of the work itself name job, type, trace and span', async () => {
  const receiver = await OtlpReceiver.start();
  const own = createLogger();
  const work = testWork(({ input }, { logger }) => {
    own.log('of the work');
    logger.log('of the job');
    if (input === 987_654) throw new Error('unlucky');
    return { result: input };
  });
  const pair = await startPair({ works: [work], policy: { maxAttempts: 1 }, variables: receiver.variables });
  Logger.overrideLogger(own);
  let id = '';
  const text = await written(async () => {
    id = await pair.send(TEST_JOB, 987_654);
    await pair.settled(id);
    await pair.idle();
  });
  Logger.overrideLogger(false);
  const [process] = await receiver.named(`process ${pair.queueUrl.slice(pair.queueUrl.lastIndexOf('/') + 1)}`);
  await pair.close();
  await receiver.close();
  const ids = { trace_id: process?.traceId, span_id: process?.spanId };
  const lines = linesIn(text);
  const job = { jobId: id, type: 'add-one', ...ids };
  expect(lines.filter(({ message }) => message === 'of the work')).toMatchObject([ids]);
  expect(lines.filter(({ message }) => message === 'of the job')).toMatchObject([job]);
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([job]);
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([job]);
  expect(text).not.toContain('987654');
});
