import { eventually } from '../../test/harness/eventually';
import { ENDS_WITHIN_MS, withJobsCommands } from '../../test/harness/jobs-commands';
import { runApp } from '../../test/harness/processes';
import { openStoreFile } from '../../test/harness/store-file';

const it = withJobsCommands();

it('a held letter is left out by retry, delete and purge until it is named or released', async (on) => {
  const [held = '', named = '', ...others] = await on.fail(5, 'a');
  expect(await on.run('hold', held, named, '--note', 'asked the bank')).toEqual({ code: 0, lines: ['2 held'] });
  expect(await on.listed('failed', '--held')).toHaveLength(2);
  expect(await on.listed('failed', '--no-held')).toHaveLength(3);
  expect(await on.listed('failed', '--id', held)).toMatchObject([{ held: { note: 'asked the bank' } }]);
  expect(await on.listed('show', held)).toMatchObject([{ letters: [{ held: { note: 'asked the bank' } }] }]);
  on.broken = false;
  expect(await on.run('delete', '--text', 'order', '--yes')).toEqual({
    code: 0,
    lines: ['3 deleted, 2 held and left'],
  });
  expect(await on.listed('retry', '--all', '--yes')).toMatchObject([{ retried: 0, held: 2 }]);
  const { code, lines } = await on.run('purge', '--queue', on.deadLetterQueueName);
  expect({ code, lines: lines.toSorted() }).toEqual({ code: 0, lines: ['0 deleted', '2 held ones are left out.'] });
  expect(await on.dead()).toBe(2);
  expect(await on.listed('retry', named, '--yes')).toMatchObject([{ retried: 1 }]);
  expect(await on.pair.result(named)).toBeLessThan(1);
  expect(await on.run('release', '--all')).toEqual({ code: 0, lines: ['1 released'] });
  expect(await on.run('release', held)).toEqual({ code: 1, lines: [`0 released, none found of ${held}`] });
  expect(await on.listed('retry', '--all', '--yes')).toMatchObject([{ retried: 1 }]);
  await on.pair.result(held);
  expect(on.effects()).toEqual([held, named].sort());
  for (const id of others) expect(await on.pair.record(id)).toMatchObject({ reason: 'deleted' });
});

it('audit says who changed what, when and how much, also of what was cancelled or killed', async (on) => {
  const ids = await on.fail(30, 'a');
  const [first = '', second = ''] = ids;
  await on.listed('delete', first, '--yes');
  await on.run('hold', second, '--note', 'later');
  await on.run('release', second);
  expect(await on.run('retry', '--reason', 'none', '--yes')).toMatchObject({ code: 0 });
  const killed = runApp('dist/ops/cli/jobs.js', {
    args: ['retry', '--all', '--yes', '--rate', '1'],
    env: on.variables,
  });
  await eventually(async () => (await on.listed('audit')).length === 4, { withinMs: ENDS_WITHIN_MS });
  killed.signal('SIGKILL');
  await killed.exit();
  await on.listed('send', 'add-one', '1', '--count', '103');
  const entries = await on.listed('audit');
  expect(entries).toMatchObject([
    { what: 'send', type: 'add-one', count: 103, moreIds: 3 },
    { what: 'retry', filter: {}, unfinished: true },
    { what: 'release', count: 1, ids: [second], filter: { ids: [second] } },
    { what: 'hold', count: 1, ids: [second], note: 'later' },
    { what: 'delete', count: 1, ids: [first] },
  ]);
  expect(entries[0]?.['ids']).toHaveLength(100);
  for (const { who, at } of entries) {
    expect(who).toMatch(/.@./);
    expect(Date.now() - Date.parse(String(at))).toBeLessThan(120_000);
  }
  expect(await on.listed('audit', '--limit', '1')).toHaveLength(1);
  expect((await on.run('audit')).lines[0]).toMatch(/^at +who +what +jobs +which$/);
});

it('of more than a store lists at once release says that there are more', async (on) => {
  const database = openStoreFile(on.pair.resultsPath);
  database.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
    INSERT INTO plusone_note (kind, key, at, value) SELECT 'hold', 'job-' || i, i, '{"who":"ana"}' FROM n`);
  database.close();
  expect(await on.run('release', '--all')).toEqual({
    code: 3,
    lines: ['1000 released, ended early: more may be held: run it again'],
  });
  expect(await on.run('release', '--all')).toEqual({ code: 0, lines: ['1 released'] });
});

it('a store that takes no note of it stops no change, and is named', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  const database = openStoreFile(on.pair.resultsPath);
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON plusone_note BEGIN SELECT raise(ABORT, 'there is no room'); END`);
  database.close();
  on.broken = false;
  const { code, lines } = await on.run('retry', id, '--yes');
  expect({ code, lines: lines.toSorted() }).toEqual({
    code: 0,
    lines: ['1 sent again', expect.stringMatching(/^no note of this was kept: .*there is no room/)],
  });
  expect(await on.pair.result(id)).toBe(0);
});

it('what failed again after a retry says so, in a later look too', async (on) => {
  const [id = '', other = ''] = await on.fail(2, 'a');
  for (const retries of [1, 2]) {
    await on.run('retry', id, '--yes');
    await eventually(async () => (await on.listed('failed', '--id', id)).some((one) => one['retries'] === retries), {
      withinMs: ENDS_WITHIN_MS,
    });
    await on.pair.idle();
  }
  const [found] = await on.listed('failed', '--id', other);
  expect(found).not.toHaveProperty('retries');
});
