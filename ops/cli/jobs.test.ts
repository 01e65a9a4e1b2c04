import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { TEST_JOB } from '../../test/harness/jobs';
import { runJobs, runJobsProcess, withJobsCommands } from '../../test/harness/jobs-commands';

const it = withJobsCommands();

it('status counts what is dead, and failed shows each one with its reason and error', async (on) => {
  const ids = await on.fail(12, 'a');
  expect(await on.listed('status')).toMatchObject([
    { queue: { visible: 0, fifo: on.fifo }, deadLetters: { visible: 12 } },
  ]);
  const found = await on.listed('failed');
  expect(found.map(({ id }) => id).sort()).toEqual(ids.sort());
  expect(found[0]).toMatchObject({ type: 'add-one', reason: 'negative', attempts: 0, state: 'failed' });
  // Given back: a second look finds the same.
  expect(await on.listed('failed')).toHaveLength(12);
  expect(await on.listed('failed', '--limit', '5')).toHaveLength(5);
  expect(await on.listed('failed', '--reason', 'attempts')).toEqual([]);
  expect(await on.listed('failed', '--since', '1h', '--text', 'order 1004', '--type', 'add-one')).toHaveLength(1);
  expect(await on.listed('failed', '--group')).toMatchObject([
    { reason: 'negative', error: expect.stringMatching(/Order <n> of <id> is negative/) as string, count: 12 },
  ]);
});

it('show has record, letter and body as it came; result and list answer from the records', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  const done = await on.pair.send(TEST_JOB, 1);
  await on.pair.result(done);
  const [shown] = await on.listed('show', id);
  expect(shown).toMatchObject({
    record: { id, state: 'failed', reason: 'negative' },
    letters: [{ id, group: 'a', body: JSON.stringify({ id, input: -1 }), attributes: { type: 'add-one' } }],
  });
  const { lines } = await on.run('show', id);
  expect(lines).toEqual(expect.arrayContaining(['record', '  input         -1', '  type          add-one', 'body']));
  expect(lines.join('\n')).not.toContain('undefined');
  expect(await runJobsProcess(['result', done], on.variables)).toEqual({ code: 0, lines: ['2'] });
  expect(await on.run('result', id)).toEqual({
    code: 1,
    lines: [expect.stringMatching(/^The job .* has no result: it failed, negative: .* is negative/)],
  });
  expect(await on.listed('list')).toMatchObject([{ id, state: 'failed' }]);
  expect(await on.listed('list', '--state', 'done')).toMatchObject([{ id: done, result: 2 }]);
});

it('export has each letter as a line, with its body as it came, and changes nothing', async (on) => {
  const ids = await on.fail(3, 'a');
  const lines = await on.listed('export');
  expect(lines.map(({ id }) => id).sort()).toEqual(ids.sort());
  for (const { id, body } of lines) expect(body).toMatch(new RegExp(`^{"id":"${String(id)}","input":-[123]}$`));
  expect(await on.listed('export', '--text', 'order 1002')).toHaveLength(1);
  expect(await on.dead()).toBe(3);
});

it('send checks every input, then sends each as a job of its own', async (on) => {
  expect(await on.run('send', 'add-one', '"text"')).toEqual({
    code: 1,
    lines: [expect.stringMatching(/^Input 1 is not valid for add-one: \/input must be a JSON number/)],
  });
  expect(await on.run('send', 'no-such-type')).toMatchObject({ code: 2 });
  const sent = await on.listed('send', 'add-one', '41', '--count', '12', '--group', 'a');
  expect(sent).toHaveLength(12);
  for (const { id } of sent) expect(await on.pair.result(String(id))).toBe(42);
  expect(on.effects()).toHaveLength(12);
});

it('what SQS takes of a call is named, also behind the one that it refuses', async (on) => {
  const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
  proxy.rule('SendMessageBatch', { failEntries: ({ Id }) => Id === '2', forwarded: false, code: 'InternalError' });
  const env = { ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint };
  const { code, lines } = await runJobs(['send', 'add-one', '41', '--count', '12', '--json'], env);
  await proxy.close();
  const sent = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { id: string });
  expect({ code, sent: sent.length, last: lines.at(-1) }).toEqual({
    code: 3,
    sent: 9,
    last: expect.stringMatching(/^9 of 12 sent, ended early at number 3: InternalError/) as string,
  });
  for (const { id } of sent) expect(await on.pair.result(id)).toBe(42);
  expect(on.effects()).toEqual(sent.map(({ id }) => id).sort());
  expect(await on.listed('audit')).toMatchObject([{ what: 'send', count: 9 }]);
});

describe('what cannot be', () => {
  const nowhere = { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1', QUEUE_URL: 'http://127.0.0.1:1/q', RESULTS: 'none' };

  test('faults of the environment are all named', async () => {
    const { code, lines } = await runJobs(['status'], { QUEUE_URL: 'q', DLQ_URL: 'd' });
    expect(code).toBe(1);
    expect(lines.slice(1)).toEqual([expect.stringContaining('QUEUE_URL'), expect.stringContaining('DLQ_URL')]);
  });

  test('no queue is one sentence, and exit code 1', async () => {
    const { code, lines } = await runJobs(['status'], nowhere);
    expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringMatching(/^No queue answers at http:\/\/127/)] });
  });

  test('a process ends with the same lines and exit code', async () => {
    for (const args of [['status'], ['unknown']])
      expect(await runJobsProcess(args, nowhere)).toEqual(await runJobs(args, nowhere));
  });

  test.each([
    [['unknown']],
    [['failed', '--since', 'never']],
    [['failed', '--since', '90']],
    [['audit', '--limit', '1001']],
    [['list', '--state', 'gone']],
    [['show']],
  ])('%p is wrong usage, and exit code 2', async (args) => {
    const { code, lines } = await runJobs(args, nowhere);
    expect({ code, lines }).toEqual({ code: 2, lines: [expect.stringMatching(/^error: /)] });
  });
});
