import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { JobsCommands } from '../../test/harness/jobs-commands';
import { ROOT } from '../../test/harness/processes';
import { childEnvironment } from '../child-environment';

/** util-linux's `script` runs a command on a terminal of its own. */
const withTerminal = spawnSync('script', ['--version']).status === 0 ? test : test.skip;

/** A command with somebody at its terminal, who answers its question. */
async function atTerminal(
  args: readonly string[],
  { env, answer }: { readonly env: Readonly<Record<string, string>>; readonly answer: string },
): Promise<{ readonly code: number | null; readonly said: string }> {
  const command = [process.execPath, join(ROOT, 'dist/ops/cli/jobs.js'), ...args].join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: childEnvironment(env) });
  child.stdin.write(`${answer}\n`);
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
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
