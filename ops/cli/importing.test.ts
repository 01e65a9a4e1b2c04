import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_JOB } from '../../test/harness/jobs';
import { withJobsCommands } from '../../test/harness/jobs-commands';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const file = (lines: readonly (object | string)[]): string => {
  const path = join(folder, `${randomUUID()}.jsonl`);
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
};

const it = withJobsCommands();

it('what was exported and deleted is imported again, under its ids and in its groups', async (on) => {
  const ids = await on.fail(12, 'a');
  const lines = await on.listed('export');
  await on.listed('delete', '--reason', 'negative', '--yes');
  on.broken = false;
  const exported = file(lines);
  expect(await on.run('import', exported)).toMatchObject({ code: 2 });
  expect(await on.run('import', exported, '--dry-run')).toEqual({ code: 0, lines: ['12 would be sent'] });
  expect(await on.listed('import', exported, '--yes')).toEqual([{ sent: 12, done: 0 }]);
  for (const id of ids) await on.pair.result(id);
  expect(await on.run('import', exported, '--yes')).toEqual({ code: 0, lines: ['0 would be sent, 12 done already'] });
  expect(on.effects()).toEqual(ids.sort());
  expect(await on.listed('audit', '--limit', '1')).toMatchObject([{ what: 'import', count: 12 }]);
});

it('lines that cannot be sent are named before any is, and short lines are new jobs', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  const [line = {}] = await on.listed('export');
  const [masked = {}] = await on.listed('export', '--mask', 'input');
  expect(masked).toMatchObject({ body: `{"id":"${id}","input":"***"}`, masked: ['input'] });
  const bad = file([
    line,
    { type: 'add-one', input: 'text' },
    { type: 'none', input: 1 },
    'not JSON',
    masked,
    { ...line, body: JSON.stringify({ id: randomUUID(), input: 1 }) },
    { ...line, body: JSON.stringify({ id, input: 1 }) },
    { id: 'x', type: 'add-one', input: 1 },
    { ...line, attributes: { type: 'other' } },
  ]);
  const { code, lines } = await on.run('import', bad, '--yes');
  expect(code).toBe(1);
  expect(lines[0]).toMatch(
    /^8 of 9 lines cannot be sent, so none was: line 2: .* line 3: there is no job type none here/,
  );
  expect(lines[0]).toMatch(
    /line 4: it is no JSON object; line 5: .*--mask.*; line 6: .*; line 8: its id is no UUID; line 9: its type is add-one, and its attribute type other/,
  );
  expect(lines[0]).toMatch(/line 7: the job .* is recorded with another type or input; leave out its id/);
  on.broken = false;
  const own = randomUUID();
  const short = file([{ type: 'add-one', input: 1 }, { id: own, type: 'add-one', input: 2, group: 'b' }, line]);
  expect(await on.listed('import', short, '--yes')).toEqual([{ sent: 3, done: 0 }]);
  expect([await on.pair.result(own), await on.pair.result(id)]).toEqual([3, 0]);
  await on.pair.idle();
  expect(on.effects()).toHaveLength(3);
});

it('a file that is not there is named in a sentence', async (on) => {
  for (const command of [
    ['import', '/no/such', '--yes'],
    ['send', 'add-one', '--file', '/no/such'],
  ])
    expect(await on.run(...command)).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^The file \/no\/such cannot be read: .*ENOENT: no such file or directory$/)],
    });
});

it('fields that are masked are shown nowhere, and lists are searched by text', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  const done = await on.pair.send(TEST_JOB, 5);
  await on.pair.result(done);
  const [shown] = await on.listed('show', id, '--mask', 'other, input');
  expect(shown).toMatchObject({ record: { input: '***' }, letters: [{ body: `{"id":"${id}","input":"***"}` }] });
  expect(await on.listed('list', '--text', 'order 1001')).toMatchObject([{ id }]);
  expect(await on.listed('list', '--text', 'order 1002')).toEqual([]);
  expect(await on.listed('list', '--state', 'done', '--text', '6', '--limit', '5')).toMatchObject([{ id: done }]);
});
