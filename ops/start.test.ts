import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { freePort } from '../experiments/rig/proxy/free-port';
import { eventually } from '../test/harness/eventually';
import { endApps, isAlive, runApp } from '../test/harness/processes';
import { scrape } from '../test/harness/scrape';
import { StartPlace } from '../test/harness/start-place';

// Every test starts the whole pair, some twice.
jest.setTimeout(90_000);

let place: StartPlace;

beforeEach(async () => {
  place = await StartPlace.make();
});
afterEach(async () => {
  await endApps();
  await place.remove();
});

/** The processes that a process started, from /proc. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  // pid (command) state ppid
  const fields = stats.filter(Boolean).map((stat) => ({
    pid: parseInt(stat),
    ppid: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]),
  }));
  return fields.filter(({ ppid }) => ppid === parent).map(({ pid }) => pid);
}

const gone = (pids: readonly number[]): Promise<boolean> => eventually(() => !pids.some(isAlive));

describe('npm start', () => {
  it('takes a job, records its result, and ends with 0 and no orphan on SIGTERM', async () => {
    const app = await place.start();
    const children = await childrenOf(app.pid);
    expect(children).toHaveLength(3);
    const location = await place.produce(41);
    await eventually(async () => {
      expect(await place.result(location)).toMatchObject({ status: 'done', input: 41, result: 42 });
    });
    expect(app.lines.join('\n')).toContain(`curl -i -X POST ${place.producer}/produce`);
    expect(await app.stop('SIGTERM', 40_000)).toEqual({ code: 0, signal: null });
    await gone(children);
  });

  it('takes and runs jobs without records, and says what is not there', async () => {
    const app = await place.start({ RESULTS: 'none', WORK_SECONDS: '0.2' });
    expect(app.lines).toContain('  results   none: nothing is recorded, and nothing found at /results');
    await place.produce(41);
    await eventually(async () => {
      expect(await place.queueDepth()).toEqual({ visible: 0, inFlight: 1 });
    });
    await eventually(async () => {
      expect(await place.queueDepth()).toEqual({ visible: 0, inFlight: 0 });
    });
    expect(await readdir(place.dataDir)).not.toContain('results.db');
    expect(await app.stop('SIGTERM', 40_000)).toEqual({ code: 0, signal: null });
  });

  it('drains on Ctrl-C, which a terminal sends to the whole group', async () => {
    const app = await place.start({ WORK_SECONDS: '1' });
    const location = await place.produce(1);
    await eventually(async () => {
      expect(await place.queueDepth()).toEqual({ visible: 0, inFlight: 1 });
    });
    app.signalGroup('SIGINT');
    // npm passes the same Ctrl-C on once more.
    app.signal('SIGINT');
    expect(await app.exit(40_000)).toEqual({ code: 0, signal: null });

    const again = await place.start();
    expect(await place.result(location)).toMatchObject({ status: 'done', result: 2 });
    await again.stop('SIGTERM', 40_000);
  });

  it('ends at once on a second Ctrl-C', async () => {
    const app = await place.start({ WORK_SECONDS: '60' });
    const children = await childrenOf(app.pid);
    await place.produce(1);
    await eventually(async () => {
      expect(await place.queueDepth()).toEqual({ visible: 0, inFlight: 1 });
    });
    app.signalGroup('SIGINT');
    await app.line(/^Stopping/);
    await eventually(
      () => {
        if (app.running) app.signal('SIGINT');
        return !app.running;
      },
      { withinMs: 5_000, everyMs: 200 },
    );
    expect(await app.exit(5_000)).toEqual({ code: 130, signal: null });
    await gone(children);
  });

  it('leaves no orphan when killed, and goes on with what was queued when started again', async () => {
    const app = await place.start({ WORK_SECONDS: '60', VISIBILITY_TIMEOUT_SECONDS: '2' });
    const children = await childrenOf(app.pid);
    const locations = [await place.produce(1), await place.produce(2), await place.produce(3)];
    app.signal('SIGKILL');
    await app.exit();
    await gone(children);

    const again = await place.start();
    await eventually(
      async () => {
        for (const [index, location] of locations.entries()) {
          expect(await place.result(location)).toMatchObject({ status: 'done', result: index + 2 });
        }
      },
      { withinMs: 20_000 },
    );
    await again.stop('SIGTERM', 40_000);
  });

  it('says which child died, stops the rest and ends with 1', async () => {
    const app = await place.start();
    const children = await childrenOf(app.pid);
    const consumer = await pidOf(children, 'consumer/main.js');
    process.kill(consumer, 'SIGKILL');
    expect(await app.exit(40_000)).toEqual({ code: 1, signal: null });
    expect(app.lines).toContain('The consumer was ended by SIGKILL. Stopping the rest.');
    await gone(children);
  });

  it('goes on without metrics whose port is taken, and says so', async () => {
    const [METRICS_PORT, CONSUMER_METRICS_PORT] = [String(await freePort()), String(await freePort())];
    const other = createServer().listen(Number(METRICS_PORT), '127.0.0.1');
    await once(other, 'listening');
    const app = await place.start({ METRICS_PORT, CONSUMER_METRICS_PORT });
    expect(app.lines.filter((line) => line.includes('No metrics'))).toEqual([
      expect.stringContaining(`No metrics at port ${METRICS_PORT}. The port is taken: set METRICS_PORT to another one`),
    ]);
    await place.produce(1);
    const handled = 'plusone_handled_total{type="add-one",outcome="done"}';
    await eventually(async () => (await scrape(CONSUMER_METRICS_PORT)).series[handled] === 1);
    other.close();
    await app.stop('SIGTERM', 40_000);
  });

  it('has metrics on loopback at 9464 and 9465, unless others are there', async () => {
    const app = await place.start({ METRICS_PORT: undefined, CONSUMER_METRICS_PORT: undefined });
    for (const port of [9464, 9465]) {
      await app.line(new RegExp(`Metrics at http://127\\.0\\.0\\.1:${port}/metrics|No metrics at port ${port}`));
    }
    await app.stop('SIGTERM', 40_000);
  });

  it.each(['PORT', 'CONSUMER_PORT', 'BROKER_PORT'])('says in one sentence that %s is taken', async (variable) => {
    const port = Number(place.env[variable]);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const app = runApp('dist/ops/start.js', { env: place.env });
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    expect(app.lines).toEqual([`Port ${port} is taken; set ${variable} to another one.`]);
    other.close();
  });
});

async function pidOf(pids: readonly number[], script: string): Promise<number> {
  for (const pid of pids) if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes(script)) return pid;
  throw new Error(`no process runs ${script}`);
}
