import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../../test/harness/eventually';
import { ENDS_WITHIN_MS, JobsCommands } from '../../test/harness/jobs-commands';
import { ROOT } from '../../test/harness/processes';
import { childEnvironment } from '../child-environment';

/** util-linux's `script` runs a command on a terminal of its own. */
const withTerminal = spawnSync('script', ['--version']).status === 0 ? test : test.skip;

interface Somebody {
  readonly env: Readonly<Record<string, string>>;
  readonly answer: string;
  /** Called once the command waits for its answer, which is given when this has resolved. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** A command with somebody at its terminal, who answers its question. */
async function atTerminal(
  args: readonly string[],
  { env, answer, meanwhile }: Somebody,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const command = [process.execPath, join(ROOT, 'dist/ops/cli/jobs.js'), ...args].join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: childEnvironment(env) });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (some: string) => (said += some));
  if (meanwhile) {
    await eventually(() => said.includes('[y/N]'), { withinMs: ENDS_WITHIN_MS });
    await meanwhile();
  }
  child.stdin.write(`${answer}\n`);
  const [code] = await ended;
  return { code, said };
}

withTerminal(
  'what nobody can find is said at a terminal as it is without one, and what is found is asked about',
  async () => {
    const on = await JobsCommands.start(false);
    const env = on.variables;
    const none = randomUUID();
    try {
      const [id = '', other = ''] = await on.fail(2);
      for (const command of ['retry', 'delete'])
        expect(await atTerminal([command, none], { env, answer: 'y' })).toMatchObject({
          code: 1,
          said: expect.stringContaining(`none found of ${none}`) as string,
        });
      expect((await on.run('retry', none, '--dry-run')).code).toBe(1);
      expect(await on.run('retry', none, id, '--dry-run')).toMatchObject({
        code: 3,
        lines: expect.arrayContaining([`1 would be sent again, none found of ${none}.`]) as unknown,
      });
      expect(await on.run('retry', id, '--reason', 'attempts', '--yes')).toMatchObject({ code: 1 });
      expect(await atTerminal(['delete', id], { env, answer: 'n' })).toMatchObject({
        code: 1,
        said: expect.stringContaining('Nothing was deleted') as string,
      });
      expect(await atTerminal(['delete', id, none], { env, answer: 'y' })).toMatchObject({
        code: 3,
        said: expect.stringContaining(`1 deleted, none found of ${none}`) as string,
      });
      expect((await on.listed('failed')).map((one) => one['id'])).toEqual([other]);
    } finally {
      await on.close();
    }
  },
);

withTerminal('a letter that went away while a change was confirmed is counted, and not all of it is done', async () => {
  const on = await JobsCommands.start(false);
  try {
    const [id = ''] = await on.fail(3);
    on.broken = false;
    const answer = { env: on.variables, answer: 'y', meanwhile: () => on.run('delete', id, '--yes') };
    expect(await atTerminal(['retry', '--all'], answer)).toMatchObject({
      code: 3,
      said: expect.stringContaining('2 sent again, 1 not found: hidden by another look, or gone') as string,
    });
  } finally {
    await on.close();
  }
});
