import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from './child-environment';
import { eventually } from '../test/harness/eventually';
import { endApps, ROOT } from '../test/harness/processes';
import { StartPlace } from '../test/harness/start-place';

jest.setTimeout(90_000);

let place: StartPlace;
beforeEach(async () => {
  place = await StartPlace.make();
});
afterEach(async () => {
  await endApps();
  await place.remove();
});

/** util-linux's `script` runs a command on a terminal of its own, which is gone once `script` is killed. */
const withTerminal = spawnSync('script', ['--version']).status === 0 ? it : it.skip;

withTerminal('npm start in a terminal that goes away finishes its jobs, and ends with 0', async () => {
  const exitFile = join(place.dataDir, 'exit');
  // The outer shell owns the terminal and ends with it, upon which all others get a SIGHUP; the inner one says how it ended.
  const start = `${process.execPath} ${join(ROOT, 'dist/ops/start.js')}; echo $? > ${exitFile}`;
  const command = `sh -c "trap '' HUP; ${start.replaceAll('$', '\\$')}"; true`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    env: childEnvironment({ ...place.env, WORK_SECONDS: '3' }),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let shown = '';
  terminal.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await eventually(() => shown.includes('Plusone runs.'), { withinMs: 20_000 });
  const locations = [await place.produce(1), await place.produce(2), await place.produce(3)];
  await eventually(async () => {
    expect(await place.queueDepth()).toEqual({ visible: 0, inFlight: 3 });
  });

  terminal.kill('SIGKILL');
  const exit = await eventually(() => readFile(exitFile, 'utf8'), { withinMs: 40_000 });
  expect(exit).toBe('0\n');

  const again = await place.start();
  for (const [index, location] of locations.entries()) {
    expect(await place.result(location)).toMatchObject({ status: 'done', result: index + 2 });
  }
  expect(await again.stop('SIGTERM', 40_000)).toEqual({ code: 0, signal: null });
});
