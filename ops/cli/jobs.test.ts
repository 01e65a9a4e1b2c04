import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { startFaultProxy } from '../../experiments/proxy/fault-proxy';
import { eventually } from '../../test/harness/eventually';
import { endApps, runApp } from '../../test/harness/processes';
import { TEST_JOB, testWork } from '../../test/harness/jobs';
import { type Pair, startPair } from '../../testing/pair';
import { Rejection } from '../../transport/index';

/** What a command said and how it ended. */
interface Answer {
  readonly code: number | null;
  readonly lines: readonly string[];
}

let pair: Pair;
/** Rejects inputs that are negative while it is true. */
let broken: boolean;
let ledger: DatabaseSync;

const variables = (): Record<string, string> => ({ ...pair.variables, RESULTS: `sqlite:${pair.resultsPath}` });

async function jobs(...args: string[]): Promise<Answer> {
  const app = runApp('dist/ops/cli/jobs.js', { args, env: variables() });
  const { code } = await app.exit(60_000);
  return { code, lines: app.lines };
}

/** The lines of a list, as objects. */
async function listed(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, lines } = await jobs(...args, '--json');
  expect({ code, lines }).toMatchObject({ code: 0 });
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function fail(count: number, group?: string): Promise<string[]> {
  const ids = await Promise.all(
    Array.from({ length: count }, (_, index) => pair.send(TEST_JOB, -1 - index, group === undefined ? {} : { group })),
  );
  for (const id of ids) expect(await pair.settled(id)).toMatchObject({ state: 'failed' });
  await pair.idle();
  return ids;
}

/** Ids of the jobs in a table without any key, where a second effect is a second line. */
const effects = (): unknown[] =>
  ledger
    .prepare('SELECT id FROM ledger ORDER BY id')
    .all()
    .map(({ id }) => id);

/** Letters in the dead-letter queue, visible or not. */
async function dead(): Promise<number> {
  const [{ deadLetters }] = (await listed('status')) as [{ deadLetters: { visible: number; inFlight: number } }];
  return deadLetters.visible + deadLetters.inFlight;
}

describe.each([
  ['standard', false],
  ['FIFO', true],
])('the jobs command line on a %s queue', (_, fifo) => {
  beforeEach(async () => {
    broken = true;
    const work = testWork(({ id, input }) => {
      if (broken && input < 0) throw new Rejection('negative', `Order ${1_000 - input} of ${id} is negative`);
      return { result: input + 1, writes: [{ sql: 'INSERT INTO ledger (id) VALUES (?)', values: [id] }] };
    });
    pair = await startPair({ works: [work], fifo });
    ledger = new DatabaseSync(pair.resultsPath);
    ledger.exec('CREATE TABLE ledger (id TEXT)');
  });

  afterEach(async () => {
    await endApps();
    ledger.close();
    await pair.close();
  });

  test('status counts what is dead, and failed shows each one with its reason and error', async () => {
    const ids = await fail(12, 'a');
    expect(await listed('status')).toMatchObject([{ queue: { visible: 0, fifo }, deadLetters: { visible: 12 } }]);
    const found = await listed('failed');
    expect(found.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(found[0]).toMatchObject({ type: 'add-one', reason: 'negative', attempts: 0, state: 'failed' });
    // Given back: a second look finds the same.
    expect(await listed('failed')).toHaveLength(12);
    expect(await listed('failed', '--limit', '5')).toHaveLength(5);
    expect(await listed('failed', '--reason', 'attempts')).toEqual([]);
    expect(await listed('failed', '--since', '1h', '--text', 'order 1004', '--type', 'add-one')).toHaveLength(1);
    expect(await listed('failed', '--group')).toMatchObject([
      { reason: 'negative', error: expect.stringMatching(/Order <n> of <id> is negative/) as string, count: 12 },
    ]);
  });

  test('show has record, letter and body as it came; result and list answer from the records', async () => {
    const [id = ''] = await fail(1, 'a');
    const done = await pair.send(TEST_JOB, 1);
    await pair.result(done);
    const [shown] = await listed('show', id);
    expect(shown).toMatchObject({
      record: { id, state: 'failed', reason: 'negative' },
      letters: [{ id, group: 'a', body: JSON.stringify({ id, input: -1 }), attributes: { type: 'add-one' } }],
    });
    expect(await jobs('result', done)).toEqual({ code: 0, lines: ['2'] });
    expect(await jobs('result', id)).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^The job .* has no result: it failed, negative: .* is negative/)],
    });
    expect(await listed('list')).toMatchObject([{ id, state: 'failed' }]);
    expect(await listed('list', '--state', 'done')).toMatchObject([{ id: done, result: 2 }]);
  });

  test('retry sends the named ones, then all: each has its effect once and no letter is left', async () => {
    const ids = await fail(25, 'a');
    const [first = ''] = ids;
    expect(await listed('retry', first, '--dry-run')).toMatchObject([{ id: first }]);
    broken = false;
    expect(await listed('retry', first, '--yes')).toEqual([
      { retried: 1, failedAgain: 0, refused: [], undeleted: 0, missing: [] },
    ]);
    expect(await pair.result(first)).toBe(0);
    expect((await listed('failed')).map(({ id }) => id)).not.toContain(first);
    expect(await listed('retry', '--reason', 'negative', '--yes')).toMatchObject([{ retried: 24 }]);
    for (const id of ids) await pair.result(id);
    expect(effects()).toEqual(ids.sort());
    expect(await listed('failed')).toEqual([]);
    expect(await listed('status')).toMatchObject([{ deadLetters: { visible: 0, inFlight: 0 } }]);
  });

  test('a job that fails again is a dead letter again, with its group', async () => {
    const [id = ''] = await fail(1, 'a');
    const { reason, ...first } = (await pair.record(id)) ?? { updatedAt: 0 };
    expect(reason).toBe('negative');
    // Whether it has failed again before the look ended is chance.
    expect([0, 3]).toContain((await jobs('retry', '--all', '--yes')).code);
    await eventually(async () => {
      const record = await pair.record(id);
      return record?.state === 'failed' && record.updatedAt > first.updatedAt;
    });
    await pair.idle();
    expect(await listed('show', id)).toMatchObject([{ letters: [{ id, group: 'a', reason: 'negative' }] }]);
  });

  test('a named job that has no dead letter to be seen is named, and nothing else is done', async () => {
    const [id = ''] = await fail(1);
    const none = randomUUID();
    expect(await jobs('retry', none, '--yes')).toEqual({
      code: 1,
      lines: [`0 sent again, none found of ${none}`],
    });
    broken = false;
    const { code, lines } = await jobs('retry', none, id, '--yes');
    expect({ code, lines }).toEqual({ code: 3, lines: [`1 sent again, none found of ${none}`] });
  });

  test('a retry killed half way through 200 letters and run again loses none, and does nothing twice', async () => {
    const ids = await fail(200);
    broken = false;
    // Of the second hundred letters none is deleted: those that the killed one sends are sent twice.
    const proxy = await startFaultProxy(pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
    proxy.rule('DeleteMessageBatch', ({ nth }) => (nth <= 10 ? 'pass' : 'blackhole'));
    const killed = runApp('dist/ops/cli/jobs.js', {
      args: ['retry', '--all', '--yes'],
      env: { ...variables(), AWS_ENDPOINT_URL_SQS: proxy.endpoint },
    });
    await eventually(() => effects().length >= 150);
    killed.signal('SIGKILL');
    await killed.exit();
    await proxy.close();
    expect(await dead()).toBe(100);
    // What the killed one had received is hidden for half a minute.
    while ((await dead()) > 0) await listed('retry', '--all', '--yes');
    for (const id of ids) await pair.result(id);
    await pair.idle();
    expect(effects()).toEqual(ids.sort());
  }, 120_000);

  test('export has each letter as a line, with its body as it came, and changes nothing', async () => {
    const ids = await fail(3, 'a');
    const lines = await listed('export');
    expect(lines.map(({ id }) => id).sort()).toEqual(ids.sort());
    for (const { id, body } of lines) expect(body).toMatch(new RegExp(`^{"id":"${String(id)}","input":-[123]}$`));
    expect(await listed('export', '--text', 'order 1002')).toHaveLength(1);
    expect(await dead()).toBe(3);
  });

  test('send checks every input, then sends each as a job of its own', async () => {
    expect(await jobs('send', 'add-one', '"text"')).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^Input 1 is not valid for add-one: \/input must be a JSON number/)],
    });
    expect(await jobs('send', 'no-such-type')).toMatchObject({ code: 2 });
    const sent = await listed('send', 'add-one', '41', '--count', '12', '--group', 'a');
    expect(sent).toHaveLength(12);
    for (const { id } of sent) expect(await pair.result(String(id))).toBe(42);
    expect(effects()).toHaveLength(12);
  });

  test('delete and purge take letters away for good, and the records say deleted', async () => {
    const ids = await fail(6, 'a');
    const [first = ''] = ids;
    expect(await jobs('delete', '--yes')).toMatchObject({ code: 2 });
    expect(await jobs('delete', first, '--yes')).toEqual({ code: 0, lines: ['1 deleted'] });
    expect(await pair.record(first)).toMatchObject({ state: 'failed', reason: 'deleted' });
    expect((await listed('failed')).map(({ id }) => id)).not.toContain(first);
    expect(await listed('failed', '--reason', 'deleted')).toMatchObject([{ id: first }]);
    expect(await jobs('purge', '--queue', 'another')).toMatchObject({ code: 2 });
    expect(await dead()).toBe(5);
    const name = (pair.variables['DLQ_URL'] ?? '').split('/').at(-1) ?? '';
    expect(await jobs('purge', '--queue', name)).toEqual({ code: 0, lines: ['5 deleted'] });
    expect(await dead()).toBe(0);
    for (const id of ids) expect(await pair.record(id)).toMatchObject({ state: 'failed', reason: 'deleted' });
  });
});

describe('what cannot be', () => {
  const run = async (env: Record<string, string | undefined>, ...args: string[]): Promise<Answer> => {
    const app = runApp('dist/ops/cli/jobs.js', { args, env });
    const { code } = await app.exit(60_000);
    return { code, lines: app.lines };
  };
  const nowhere = { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1', QUEUE_URL: 'http://127.0.0.1:1/q', RESULTS: 'none' };

  test('no queue is one sentence, and exit code 1', async () => {
    const { code, lines } = await run(nowhere, 'status');
    expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringMatching(/^No queue answers at http:\/\/127/)] });
  });

  test.each([[['unknown']], [['failed', '--since', 'never']], [['list', '--state', 'gone']], [['show']]])(
    '%p is wrong usage, and exit code 2',
    async (args) => {
      const { code, lines } = await run(nowhere, ...args);
      expect({ code, lines }).toEqual({ code: 2, lines: [expect.stringMatching(/^error: /)] });
    },
  );
});
