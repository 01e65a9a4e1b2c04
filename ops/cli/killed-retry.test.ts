import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { eventually } from '../../test/harness/eventually';
import { ENDS_WITHIN_MS, type JobsCommands, withJobsCommands } from '../../test/harness/jobs-commands';
import { runApp } from '../../test/harness/processes';

const LETTERS = 1_000;
const KILLS = 5;

/** Kills a retry once half of what it sends is deleted, and the other half only sent: that is sent twice. */
async function killRetry(on: JobsCommands): Promise<void> {
  const before = on.effects().length;
  const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
  proxy.rule('DeleteMessageBatch', ({ nth }) => (nth <= 8 ? 'pass' : 'blackhole'));
  const killed = runApp('dist/ops/cli/jobs.js', {
    args: ['retry', '--all', '--yes'],
    env: { ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint },
  });
  await eventually(() => on.effects().length >= before + 100, { withinMs: ENDS_WITHIN_MS });
  killed.signal('SIGKILL');
  await killed.exit();
  await proxy.close();
}

const it = withJobsCommands();

it('a retry of 1,000 dead letters, killed half way five times and run again, loses none and does none twice', async (on) => {
  const ids = await on.fail(LETTERS);
  on.broken = false;
  for (let kills = 0; kills < KILLS; kills += 1) await killRetry(on);
  expect(await on.dead()).toBeGreaterThan(0);
  // What the last one had received is hidden for half a minute.
  while ((await on.dead()) > 0) await on.listed('retry', '--all', '--yes');
  for (const id of ids) await on.pair.result(id);
  await on.pair.idle();
  expect(on.effects()).toEqual(ids.sort());
  expect((await on.listed('audit')).filter(({ unfinished }) => unfinished)).toHaveLength(KILLS);
}, 300_000);
