import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, type Emulated, startEmulated } from '../../experiments/rig/lambda/emulator';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { openRecords } from '../../results/open';
import { type JobRecord, type Records } from '../../results/records';
import { ROOT, runApp } from '../harness/processes';

type Variables = Readonly<Record<string, string>>;

const CONSUMER = 'dist/test/lambda/function.js';

/** As in the Dockerfile: a 4xx of the producer is an answer for its caller; of the consumer it must fail the invocation. */
const startConsumer = (env: Variables, timeoutSeconds: number): Promise<Emulated> =>
  startEmulated({
    script: join(ROOT, CONSUMER),
    portVariable: 'CONSUMER_PORT',
    env: { ...env, AWS_LWA_ERROR_STATUS_CODES: '400-599' },
    timeoutSeconds,
  });

/** Of a process on a machine that is busy. */
const START_MS = 30_000;

const startProducer = (env: Variables): Promise<Emulated> =>
  startEmulated({ script: join(ROOT, 'dist/producer/main.js'), portVariable: 'PORT', env, timeoutSeconds: 30 });

/** A function under test: its environment is started by the first invocation, and again after it has died. */
export class LambdaFunction {
  private process: Emulated | undefined;
  private constructor(
    private readonly start: () => Promise<Emulated>,
    private readonly folder: string,
  ) {}

  /** Stands in for the runtime and the adapter: posts an event to the function's process as the adapter does. */
  static async direct(env: Variables, timeoutSeconds: number): Promise<LambdaFunction> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-'));
    return new LambdaFunction(() => startDirect({ ...stored(folder), ...env }, timeoutSeconds), folder);
  }

  /** AWS's runtime interface emulator and the web adapter. */
  static async emulated(env: Variables, timeoutSeconds: number): Promise<LambdaFunction> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-'));
    return new LambdaFunction(() => startConsumer({ ...stored(folder), ...env }, timeoutSeconds), folder);
  }

  static async emulatedProducer(env: Variables): Promise<LambdaFunction> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-'));
    return new LambdaFunction(() => startProducer({ ...stored(folder), ...env }), folder);
  }

  get resultsPath(): string {
    return join(this.folder, 'results.db');
  }

  /** What the process that runs now has said. */
  get lines(): readonly string[] {
    return this.process?.lines ?? [];
  }

  readonly invoke = async (event: unknown): Promise<Answer> => {
    if (!this.process?.running()) this.process = await this.start();
    return this.process.invoke(event);
  };

  record(id: string): Promise<JobRecord | undefined> {
    return this.onRecords((records) => records.get(id));
  }

  /** As a run that ends its process leaves it. */
  async noteBegun(id: string, messageId: string): Promise<void> {
    await this.onRecords((records) => records.begin({ id, messageId }));
  }

  private async onRecords<T>(ask: (records: Records) => Promise<T>): Promise<T> {
    const place = { dynamodbRegion: undefined, dynamodbEndpoint: undefined };
    const records = await openRecords({ results: `sqlite:${this.resultsPath}`, ...place });
    try {
      return await ask(records);
    } finally {
      await records.close();
    }
  }

  async stop(): Promise<void> {
    await this.process?.stop();
    await rm(this.folder, { recursive: true });
  }
}

const stored = (folder: string): Record<string, string> => ({ RESULTS: `sqlite:${join(folder, 'results.db')}` });

async function startDirect(env: Variables, timeoutSeconds: number): Promise<Emulated> {
  const port = await freePort();
  const name = { AWS_LAMBDA_FUNCTION_NAME: 'consumer' };
  const app = runApp(CONSUMER, { env: { ...env, ...name, CONSUMER_PORT: String(port) } });
  await app.line(/Listening on/, START_MS);
  return {
    lines: app.lines,
    running: () => app.running,
    async invoke(event) {
      const context = JSON.stringify({ deadline: Date.now() + timeoutSeconds * 1_000 });
      const headers = { 'content-type': 'application/json', 'x-amzn-lambda-context': context };
      const url = `http://127.0.0.1:${port}/events`;
      try {
        const response = await fetch(url, { method: 'POST', body: JSON.stringify(event), headers });
        return response.ok ? { payload: await response.json() } : { error: await response.text() };
      } catch (error) {
        return { error: String(error) };
      }
    },
    async stop() {
      if (app.running) await app.stop();
    },
  };
}
