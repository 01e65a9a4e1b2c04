import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { type App, runApp } from './processes';

/** Where `npm start` runs in a test: a folder and ports of its own, and its embedded broker whatever broker others use. */
export class StartPlace {
  private constructor(
    readonly dataDir: string,
    readonly env: Readonly<Record<string, string | undefined>>,
  ) {}

  static async make(): Promise<StartPlace> {
    const dataDir = await mkdtemp(join(tmpdir(), 'start-test-'));
    const free = [await freePort(), await freePort(), await freePort(), await freePort()];
    const [PORT, CONSUMER_PORT, BROKER_PORT, CONSOLE_PORT] = free.map(String);
    return new StartPlace(dataDir, {
      DATA_DIR: dataDir,
      PORT,
      CONSUMER_PORT,
      BROKER_PORT,
      CONSOLE_PORT,
      METRICS_PORT: '',
      CONSUMER_METRICS_PORT: '',
      AWS_ENDPOINT_URL_SQS: undefined,
    });
  }

  get producer(): string {
    return `http://127.0.0.1:${String(this.env['PORT'])}`;
  }

  /** Resolves once the pair runs. */
  async start(more: Readonly<Record<string, string | undefined>> = {}): Promise<App> {
    const app = runApp('dist/ops/start.js', { env: { ...this.env, ...more }, ownGroup: true });
    await app.line(/^Plusone runs\.$/, 20_000);
    return app;
  }

  /** Resolves to where the result will be. */
  async produce(input: number): Promise<string> {
    const answer = await fetch(`${this.producer}/produce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    expect(answer.status).toBe(202);
    return answer.headers.get('location') ?? '';
  }

  async result(location: string): Promise<unknown> {
    return (await fetch(`${this.producer}${location}`)).json();
  }

  async queueDepth(): Promise<{ visible: number; inFlight: number }> {
    const answer = await fetch(`http://127.0.0.1:${String(this.env['BROKER_PORT'])}/_fauxqs/queues`);
    const queues = (await answer.json()) as Record<string, unknown>[];
    const jobs = queues.find(({ name }) => name === 'jobs');
    return {
      visible: Number(jobs?.['approximateMessageCount']),
      inFlight: Number(jobs?.['approximateInflightCount']),
    };
  }

  async remove(): Promise<void> {
    // Processes that end write their cache of compiled code last.
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 10 });
  }
}
