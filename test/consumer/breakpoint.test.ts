import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { openRecords } from '../../results/open';
import { type Records } from '../../results/records';
import { withBroker } from '../harness/broker';
import { Debugger } from '../harness/debugger';
import { eventually } from '../harness/eventually';
import { type App, endApps, ROOT, runApp } from '../harness/processes';

jest.setTimeout(60_000);

const WORK = 'dist/jobs/add-one/work.js';

const broker = withBroker();
const folder = join(tmpdir(), `plusone-breakpoint-${process.pid}`);
let records: Records | undefined;
afterAll(async () => {
  await records?.close();
  await endApps();
  await rm(folder, { recursive: true, force: true });
});

/** The debugger of a consumer that has stopped nowhere yet; its queue's leases are of a second, and so is its timeout. */
async function startInspected(env: Readonly<Record<string, string>>): Promise<{ app: App; inspector: Debugger }> {
  const app = runApp('dist/consumer/main.js', {
    nodeArgs: ['--inspect=127.0.0.1:0'],
    env: {
      ...env,
      CONSUMER_PORT: String(await freePort()),
      RESULTS: `sqlite:${folder}/r.db`,
      HANDLER_TIMEOUT_SECONDS: '1',
    },
  });
  const said = await app.line(/^Debugger listening on ws:/, 20_000);
  await app.line(/Listening/, 20_000);
  return { app, inspector: await Debugger.attach(said.replace(/^.*(ws:)/, '$1')) };
}

it('a job on a breakpoint is neither late nor given to another, and those behind it wait', async () => {
  const { env, queueUrl } = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 1 } });
  const { app, inspector } = await startInspected(env);
  await app.line(/An inspector may stop this process: one job at a time, leases of 15 minutes, timeouts of an hour\./);
  const lines = (await readFile(join(ROOT, WORK), 'utf8')).split('\n');
  await inspector.breakAt(
    WORK,
    lines.findIndex((line) => line.includes('input + 1')),
  );

  const [first, second] = [randomUUID(), randomUUID()];
  await broker().send(queueUrl, JSON.stringify({ id: first, input: 41 }));
  await eventually(() => inspector.pauses === 1, { withinMs: 20_000 });
  await broker().send(queueUrl, JSON.stringify({ id: second, input: 1 }));
  // What another consumer is given, for three leases of the queue and as many timeouts.
  const given = new Set<unknown>();
  const until = performance.now() + 3_000;
  await eventually(
    async () => {
      for (const { Body = '' } of await broker().receive(queueUrl, 0)) given.add(JSON.parse(Body).id);
      return performance.now() > until;
    },
    { everyMs: 250 },
  );
  expect([...given]).toEqual([second]);
  await inspector.resume();
  await eventually(() => inspector.pauses === 2, { withinMs: 20_000 });
  await inspector.resume();

  records = await openRecords({ results: `sqlite:${folder}/r.db` } as Parameters<typeof openRecords>[0]);
  for (const [id, result] of [
    [first, 42],
    [second, 2],
  ] as const)
    await eventually(async () => {
      expect(await records?.get(id)).toMatchObject({ state: 'done', result, attempts: 0 });
    });
  await eventually(() => broker().isEmpty(queueUrl));
  expect(inspector.pauses).toBe(2);
  expect(app.lines.filter((line) => /attempt \d+ of/.test(line))).toEqual([]);
  inspector.close();
});

it('the editor attaches where npm run dev listens, and starts what there is', async () => {
  const { configurations } = JSON.parse(await readFile(join(ROOT, '.vscode/launch.json'), 'utf8')) as {
    configurations: { request: string; port?: number; runtimeArgs?: string[] }[];
  };
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const attach = configurations.filter(({ request }) => request === 'attach');
  expect(attach).toMatchObject([{ port: 9229 }]);
  for (const { runtimeArgs: [, script = ''] = ['', 'dev'] } of configurations) expect(scripts).toHaveProperty(script);
});
