import { randomUUID } from 'node:crypto';
import { toRecord } from '../../experiments/rig/lambda/events';
import { eventually } from '../harness/eventually';
import { INPUT } from './inputs';
import { kinds, withStages } from './stage';

const { stage, it } = withStages();

const JOBS = 30;

interface Line {
  readonly level: string;
  readonly jobId?: string;
  readonly attempt?: number;
  readonly reason?: string;
  readonly count?: number;
  readonly stack?: string;
}

const toEvent = (bodies: readonly string[]): unknown => ({
  Records: bodies.map((Body, place) =>
    toRecord({
      MessageId: `m${place}`,
      ReceiptHandle: `handle-${place}`,
      Body,
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    }),
  ),
});

/** What the function says of runs and dead letters; the emulator has lines of its own. */
const about = (lines: readonly string[]): Line[] =>
  lines
    .filter((line) => line.startsWith('{') && line.includes('QueueConsumer'))
    .map((line) => JSON.parse(line) as Line);

it.each(kinds())('says of an event what failed and why, ten lines and a count of the rest, %s', async (kind) => {
  const { lambda } = await stage(kind);
  const ids = Array.from({ length: JOBS }, () => randomUUID());
  const failing = ids.map((id) => JSON.stringify({ id, input: INPUT.fails }));
  await lambda.invoke(toEvent([...failing, 'not JSON']));
  await eventually(() => about(lambda.lines).some(({ count }) => count !== undefined));
  const lines = about(lambda.lines);
  const failed = lines.filter(({ level, count }) => level === 'warn' && count === undefined);
  const counted = lines.reduce((sum, { count = 0 }) => sum + count, 0);
  expect(failed.length + counted).toBe(JOBS);
  for (const { jobId = '', attempt, stack } of failed) {
    expect(ids).toContain(jobId);
    expect(attempt).toBe(1);
    expect(stack).toMatch(/^Error: thirteen is unlucky\n {4}at /);
  }
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([{ reason: 'malformed' }]);
});
