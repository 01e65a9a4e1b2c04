import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { eventually } from '../../test/harness/eventually';
import { ENDS_WITHIN_MS, runJobs, withJobsCommands } from '../../test/harness/jobs-commands';
import { runApp } from '../../test/harness/processes';
import { createProvisionClient } from '../provision';

const it = withJobsCommands();

it('retry sends the named ones, then all: each has its effect once and no letter is left', async (on) => {
  const ids = await on.fail(25, 'a');
  const [first = ''] = ids;
  expect(await on.listed('retry', first, '--dry-run')).toMatchObject([{ id: first }]);
  on.broken = false;
  expect(await on.listed('retry', first, '--yes')).toEqual([
    { retried: 1, failedAgain: 0, refused: [], undeleted: 0, missing: [] },
  ]);
  expect(await on.pair.result(first)).toBe(0);
  expect((await on.listed('failed')).map(({ id }) => id)).not.toContain(first);
  expect(await on.listed('retry', '--reason', 'negative', '--yes')).toMatchObject([{ retried: 24 }]);
  for (const id of ids) await on.pair.result(id);
  expect(on.effects()).toEqual(ids.sort());
  expect(await on.listed('failed')).toEqual([]);
  expect(await on.listed('status')).toMatchObject([{ deadLetters: { visible: 0, inFlight: 0 } }]);
});

it('a job that fails again is a dead letter again, with its group', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  const { reason, ...first } = (await on.pair.record(id)) ?? { updatedAt: 0 };
  expect(reason).toBe('negative');
  // Whether it has failed again before the look ended is chance.
  expect([0, 3]).toContain((await on.run('retry', '--all', '--yes')).code);
  await eventually(async () => {
    const record = await on.pair.record(id);
    return record?.state === 'failed' && record.updatedAt > first.updatedAt;
  });
  await on.pair.idle();
  expect(await on.listed('show', id)).toMatchObject([{ letters: [{ id, group: 'a', reason: 'negative' }] }]);
});

it('Ctrl-C in the middle ends it with the counts; what was not sent is there at once', async (on) => {
  const ids = await on.fail(40);
  on.broken = false;
  const cancelled = runApp('dist/ops/cli/jobs.js', {
    args: ['retry', '--all', '--yes', '--rate', '10'],
    env: on.variables,
  });
  await eventually(() => on.effects().length >= 10, { withinMs: ENDS_WITHIN_MS });
  cancelled.signal('SIGINT');
  expect(await cancelled.exit(ENDS_WITHIN_MS)).toMatchObject({ code: 3 });
  const [, sent] = /^(\d+) sent again, ended early: it was cancelled$/.exec(cancelled.lines[0] ?? '') ?? [];
  expect(await on.listed('failed')).toHaveLength(40 - Number(sent));
  await on.listed('retry', '--all', '--yes');
  for (const id of ids) await on.pair.result(id);
  expect(on.effects()).toEqual(ids.sort());
});

it('a job that was sent by hand without an id is the same job after its retry', async (on) => {
  const { AWS_ENDPOINT_URL_SQS: endpoint, AWS_REGION: region, QUEUE_URL: QueueUrl } = on.variables;
  const client = createProvisionClient(region, endpoint);
  const group = on.fifo ? { MessageGroupId: 'a', MessageDeduplicationId: 'once' } : {};
  const command = new SendMessageCommand({ QueueUrl, MessageBody: '{"input":-1}', ...group });
  const { MessageId: id = '' } = await client.send(command);
  client.destroy();
  expect(await on.pair.settled(id)).toMatchObject({ state: 'failed', reason: 'negative' });
  await on.pair.idle();
  on.broken = false;
  await on.listed('retry', id, '--yes');
  expect(await on.pair.result(id)).toBe(0);
  expect(on.effects()).toEqual([id]);
});

it('letters that were sent but could not be taken away are counted, and noted', async (on) => {
  await on.fail(3, 'a');
  on.broken = false;
  const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
  proxy.rule('DeleteMessageBatch', 'unavailable');
  const env = { ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint };
  const { code, lines } = await runJobs(['retry', '--all', '--yes'], env);
  await proxy.close();
  expect({ code, lines }).toEqual({
    code: 3,
    lines: [expect.stringMatching(/^0 sent again, 3 sent, but still in the dead-letter queue, ended early: /)],
  });
  expect(await on.listed('audit', '--limit', '1')).toMatchObject([{ what: 'retry', count: 3 }]);
});

it('a job that fails again at once is sent once, though its letter has no room to say what it was', async (on) => {
  const { AWS_ENDPOINT_URL_SQS: endpoint, AWS_REGION: region, QUEUE_URL: QueueUrl } = on.variables;
  const client = createProvisionClient(region, endpoint);
  const id = randomUUID();
  const group = on.fifo ? { MessageGroupId: 'a', MessageDeduplicationId: 'once' } : {};
  const ten = Array.from({ length: 10 }, (_, nth) => [`a${nth}`, { DataType: 'String', StringValue: 'x' }] as const);
  const MessageAttributes = Object.fromEntries(ten);
  await client.send(
    new SendMessageCommand({ QueueUrl, MessageBody: `{"id":"${id}","input":-1}`, MessageAttributes, ...group }),
  );
  client.destroy();
  expect(await on.pair.settled(id)).toMatchObject({ state: 'failed', reason: 'negative' });
  await on.pair.idle();
  const { lines } = await on.run('retry', '--all', '--yes');
  expect(lines).toEqual([expect.stringMatching(/^1 sent again(, 1 failed again)?$/)]);
  await on.pair.idle();
  expect(await on.dead()).toBe(1);
});

it('the deletion of a letter that was left behind is not the end of its job, which was sent again', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  let open = (): void => undefined;
  on.gate = new Promise((resolve) => (open = resolve));
  const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
  proxy.rule('DeleteMessageBatch', 'unavailable');
  await runJobs(['retry', id, '--yes'], { ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint });
  await proxy.close();
  expect(await on.pair.record(id)).toMatchObject({ state: 'accepted' });
  await eventually(async () => (await on.listed('failed')).length === 1, { withinMs: ENDS_WITHIN_MS });
  expect(await on.run('edit', id, '--input', '7')).toEqual({
    code: 1,
    lines: [`The job ${id} was sent again, though this letter of it is left; delete the letter`],
  });
  expect(await on.run('delete', id, '--yes')).toEqual({ code: 0, lines: ['1 deleted'] });
  expect(await on.pair.record(id)).toMatchObject({ state: 'accepted' });
  on.broken = false;
  open();
  expect(await on.pair.result(id)).toBe(0);
});

it('a named job that has no dead letter to be seen is named, and nothing else is done', async (on) => {
  const [id = ''] = await on.fail(1);
  const none = randomUUID();
  expect(await on.run('retry', none, '--yes')).toEqual({
    code: 1,
    lines: [`0 sent again, none found of ${none}`],
  });
  on.broken = false;
  const { code, lines } = await on.run('retry', none, id, '--yes');
  expect({ code, lines }).toEqual({ code: 3, lines: [`1 sent again, none found of ${none}`] });
});

it('delete and purge take letters away for good, and the records say deleted', async (on) => {
  const ids = await on.fail(6, 'a');
  const [first = ''] = ids;
  expect(await on.run('delete', '--yes')).toMatchObject({ code: 2 });
  expect(await on.run('delete', first, '--yes')).toEqual({ code: 0, lines: ['1 deleted'] });
  expect(await on.pair.record(first)).toMatchObject({ state: 'failed', reason: 'deleted' });
  expect((await on.listed('failed')).map(({ id }) => id)).not.toContain(first);
  expect(await on.listed('failed', '--reason', 'deleted', '--no-held')).toMatchObject([{ id: first }]);
  expect(await on.listed('failed', '--reason', 'deleted', '--text', '-1')).toMatchObject([{ id: first }]);
  expect(await on.listed('failed', '--reason', 'deleted', '--text', 'no such text')).toEqual([]);
  expect(await on.run('purge', '--queue', 'another')).toMatchObject({ code: 2 });
  expect(await on.dead()).toBe(5);
  expect(await on.run('purge', '--queue', on.deadLetterQueueName)).toEqual({ code: 0, lines: ['5 deleted'] });
  expect(await on.dead()).toBe(0);
  for (const id of ids) expect(await on.pair.record(id)).toMatchObject({ state: 'failed', reason: 'deleted' });
});
