import { randomUUID } from 'node:crypto';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { eventually } from '../../test/harness/eventually';
import { ENDS_WITHIN_MS, runJobs, withJobsCommands } from '../../test/harness/jobs-commands';
import { runApp } from '../../test/harness/processes';

const it = withJobsCommands();

it('edit sends a new job in the place of the old one, and both name each other', async (on) => {
  const [id = '', other = ''] = await on.fail(2, 'a');
  expect(await on.run('edit', id, '--input', '"text"')).toEqual({
    code: 1,
    lines: [expect.stringMatching(/^The input is not valid for add-one: \/input must be a JSON number/)],
  });
  expect(await on.run('edit', randomUUID(), '--input', '1')).toMatchObject({ code: 1 });
  expect(await on.run('edit', id, '--input', '-1')).toEqual({
    code: 0,
    lines: ['Nothing was changed: this is its input.'],
  });
  expect(await on.dead()).toBe(2);
  const [edited] = await on.listed('edit', id, '--input', '41');
  expect(edited).toEqual({ id: expect.any(String) as string, replaces: id });
  const job = String(edited?.['id']);
  expect(await on.pair.result(job)).toBe(42);
  expect(await on.pair.record(id)).toMatchObject({
    state: 'failed',
    reason: 'deleted',
    lastError: `replaced by job ${job}`,
  });
  expect(await on.listed('audit')).toMatchObject([{ what: 'edit', count: 1, job, replaces: id }]);
  const [shown] = await on.listed('show', id);
  expect(shown).toMatchObject({ letters: [] });
  expect(JSON.stringify(shown?.['history'])).toContain(`replaced by ${job}`);
  expect(JSON.stringify(await on.listed('show', job))).toContain(`replaces ${id}`);
  expect(await on.listed('failed')).toMatchObject([{ id: other }]);
  expect(on.effects()).toEqual([job]);
});

it('edit opens the input in an editor; saved as it was nothing is done', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  const edit = (editor: string) => runJobs(['edit', id], { ...on.variables, EDITOR: editor });
  expect(await edit('true')).toEqual({ code: 0, lines: ['Nothing was changed.'] });
  expect(await edit('false')).toEqual({ code: 1, lines: ['Nothing was changed: false ended with 1'] });
  expect(await runJobs(['edit', id], { ...on.variables, EDITOR: '', VISUAL: '' })).toMatchObject({ code: 2 });
  const { code, lines } = await edit(`sed -i '1s/.*/7/'`);
  expect({ code, lines }).toEqual({ code: 0, lines: [expect.stringContaining(` replaces ${id}`)] });
  expect(await on.pair.result(lines[0]?.split(' ')[0] ?? '')).toBe(8);
  expect(await on.dead()).toBe(0);
});

it('a job that is done is not edited, though a letter of it is left', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  on.broken = false;
  const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
  proxy.rule('DeleteMessageBatch', 'unavailable');
  await runJobs(['retry', id, '--yes'], { ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint });
  await proxy.close();
  expect(await on.pair.result(id)).toBe(0);
  expect(await on.run('edit', id, '--input', '41')).toEqual({
    code: 1,
    lines: [`The job ${id} is done, though this letter of it is left; delete the letter`],
  });
  expect([on.effects(), await on.dead()]).toEqual([[id], 1]);
});

it('an edit killed before the old letter is deleted is run again: one new job, one effect', async (on) => {
  const [id = ''] = await on.fail(1, 'a');
  const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
  proxy.rule('DeleteMessageBatch', () => 'blackhole');
  const killed = runApp('dist/ops/cli/jobs.js', {
    args: ['edit', id, '--input', '41'],
    env: { ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint },
  });
  await eventually(() => on.effects().length === 1, { withinMs: ENDS_WITHIN_MS });
  killed.signal('SIGKILL');
  await killed.exit();
  await proxy.close();
  expect(await on.dead()).toBe(1);
  expect(await on.listed('audit')).toMatchObject([{ what: 'edit', replaces: id, unfinished: true }]);
  // What the killed one had received is hidden for half a minute.
  await eventually(async () => (await on.run('edit', id, '--input', '41')).code === 0, { withinMs: ENDS_WITHIN_MS });
  const [{ job } = {}] = await on.listed('audit');
  expect(await on.pair.result(String(job))).toBe(42);
  await on.pair.idle();
  expect([on.effects(), await on.dead()]).toEqual([[job], 0]);
});
