import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ADD_ONE } from '../../jobs/add-one/definition';
import { workBy } from '../../jobs/work';
import { childEnvironment } from '../../ops/child-environment';
import { type Pair, startPair } from '../../testing/pair';

const SCRIPT = join(__dirname, 'send_jobs.py');
const run = promisify(execFile);

const found = spawnSync('python3', ['-c', 'import boto3'], { encoding: 'utf8' });
const missing = found.error ? 'python3 is missing' : 'boto3 is missing: pip install -r requirements.txt';

const inputs: number[] = [];
let pair: Pair;
afterEach(async () => {
  inputs.length = 0;
  await pair.close();
});

async function start(fifo: boolean): Promise<void> {
  const counted = workBy(ADD_ONE, ({ input }) => {
    inputs.push(input);
    return { result: input + 1 };
  });
  pair = await startPair({ works: [counted], fifo });
}

async function python(...args: string[]): Promise<string[]> {
  const { stdout } = await run('python3', [SCRIPT, ...args], { env: childEnvironment(pair.variables) });
  return stdout.trim().split('\n');
}

if (found.status === 0) {
  it('sends jobs that the consumer takes', async () => {
    await start(false);
    const sums = Array.from({ length: 12 }, (_, n) => String(n));
    const ids = await python('add-one', ...sums);
    expect(new Set(ids).size).toBe(12);
    for (const id of ids) expect(await pair.settled(id)).toMatchObject({ state: 'done', attempts: 0 });
    const results = await Promise.all(ids.map(async (id) => (await pair.record(id))?.result));
    expect(results.map(Number).sort((a, b) => a - b)).toEqual(sums.map((_, n) => n + 1));
  });

  it('sends jobs of a group, which run in their order', async () => {
    await start(true);
    const ids = await python('add-one', '--group', 'ann', '3', '1', '2');
    for (const id of ids) await pair.settled(id);
    expect(inputs).toEqual([3, 1, 2]);
  });

  it('sends a job of a type that nobody defined to the dead letters, and of a wrong input', async () => {
    await start(false);
    await python('add-two', '1');
    await python('add-one', '"1"');
    await pair.idle();
    const reasons = (await pair.deadLetters()).map(({ reason }) => reason);
    expect(reasons.sort()).toEqual(['invalid', 'unknown-type']);
  });
} else {
  it.skip(`sends jobs from Python (${missing})`, () => undefined);
}
