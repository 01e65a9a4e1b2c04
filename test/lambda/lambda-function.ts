import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../experiments/proxy/free-port';
import { processVariables } from '../../contract/environment';
import { childEnvironment } from '../../ops/child-environment';
import { openRecords } from '../../results/open';
import { type JobRecord } from '../../results/records';
import { eventually } from '../harness/eventually';
import { ROOT, runApp } from '../harness/processes';
import { type Answer } from './event-source';

/** A 4xx of the producer is an answer for its caller; of the consumer it must fail the invocation. */
const CONSUMER = {
  script: 'dist/test/lambda/function.js',
  portVariable: 'CONSUMER_PORT',
  adapter: { AWS_LWA_PASS_THROUGH_PATH: '/events', AWS_LWA_ERROR_STATUS_CODES: '400-599' },
};
const PRODUCER = { script: 'dist/producer/main.js', portVariable: 'PORT', adapter: {} };
const ADAPTER = '/opt/extensions/lambda-adapter';
const EMULATOR = (processVariables['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'aws-lambda-rie'))
  .find((path) => existsSync(path));

/** Why the emulator cannot be used here; undefined if it can. */
export const noEmulator =
  EMULATOR === undefined
    ? 'aws-lambda-rie is not on PATH'
    : existsSync(ADAPTER)
      ? undefined
      : `there is no web adapter at ${ADAPTER}`;

interface Process {
  readonly lines: readonly string[];
  readonly running: () => boolean;
  readonly invoke: (event: unknown) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

/** A function under test: its environment is started by the first invocation, and again after it has died. */
export class LambdaFunction {
  private process: Process | undefined;
  private constructor(
    private readonly start: () => Promise<Process>,
    private readonly folder: string,
  ) {}

  /** Stands in for the runtime and the adapter: posts an event to the function's process as the adapter does. */
  static async direct(env: Readonly<Record<string, string>>, timeoutSeconds: number): Promise<LambdaFunction> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-'));
    return new LambdaFunction(() => startDirect({ ...stored(folder), ...env }, timeoutSeconds), folder);
  }

  /** AWS's runtime interface emulator and the web adapter. */
  static async emulated(env: Readonly<Record<string, string>>, timeoutSeconds: number): Promise<LambdaFunction> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-'));
    return new LambdaFunction(() => startEmulated(CONSUMER, { ...stored(folder), ...env }, timeoutSeconds), folder);
  }

  static async emulatedProducer(env: Readonly<Record<string, string>>): Promise<LambdaFunction> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-'));
    return new LambdaFunction(() => startEmulated(PRODUCER, { ...stored(folder), ...env }, 30), folder);
  }

  get resultsPath(): string {
    return join(this.folder, 'results.db');
  }

  readonly invoke = async (event: unknown): Promise<Answer> => {
    if (!this.process?.running()) this.process = await this.start();
    return this.process.invoke(event);
  };

  async record(id: string): Promise<JobRecord | undefined> {
    const records = await openRecords({
      results: `sqlite:${this.resultsPath}`,
      region: '',
      dynamodbEndpoint: undefined,
    });
    try {
      return await records.get(id);
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

async function startDirect(env: Readonly<Record<string, string>>, timeoutSeconds: number): Promise<Process> {
  const port = await freePort();
  const name = { AWS_LAMBDA_FUNCTION_NAME: 'consumer' };
  const app = runApp(CONSUMER.script, { env: { ...env, ...name, CONSUMER_PORT: String(port) } });
  await app.line(/Listening on/);
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

async function startEmulated(
  { script, portVariable, adapter }: typeof CONSUMER | typeof PRODUCER,
  env: Readonly<Record<string, string>>,
  timeoutSeconds: number,
): Promise<Process> {
  const [front, runtime, app] = [await freePort(), await freePort(), String(await freePort())];
  const addresses = ['--runtime-interface-emulator-address', `127.0.0.1:${front}`];
  const api = ['--runtime-api-address', `127.0.0.1:${runtime}`];
  const child = spawn(EMULATOR ?? '', [...addresses, ...api, process.execPath, join(ROOT, script)], {
    env: childEnvironment({
      ...env,
      [portVariable]: app,
      AWS_LWA_PORT: app,
      AWS_LWA_READINESS_CHECK_PATH: '/health/live',
      ...adapter,
      AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeoutSeconds),
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const url = `http://127.0.0.1:${front}/2015-03-31/functions/function/invocations`;
  await eventually(() => fetch(`http://127.0.0.1:${front}/`).then(() => true));
  return {
    lines,
    running: () => child.exitCode === null && child.signalCode === null,
    invoke: (event) => invokeEmulator(url, event),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The emulator answers 200 to everything: an invocation failed where the answer tells of an error. */
async function invokeEmulator(url: string, event: unknown): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const text = await response.text();
  try {
    const payload = JSON.parse(text) as { errorType?: unknown };
    return response.ok && payload.errorType === undefined ? { payload } : { error: text };
  } catch {
    return { error: text };
  }
}
