import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { processVariables } from '../../../contract/environment';
import { childEnvironment } from '../../../ops/child-environment';
import { freePort } from '../proxy/free-port';

/** Where the emulator, as Lambda, looks for what it starts beside a function. */
const ADAPTER = '/opt/extensions/lambda-adapter';
const EMULATOR = (processVariables['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'aws-lambda-rie'))
  .find((path) => existsSync(path));

const START_MS = 10_000;
const LOOK_EVERY_MS = 10;

/** Why the emulator cannot be used here; undefined if it can. */
export const noEmulator =
  EMULATOR === undefined
    ? 'aws-lambda-rie is not on PATH'
    : existsSync(ADAPTER)
      ? undefined
      : `there is no web adapter at ${ADAPTER}`;

/** What an invocation came to. */
export type Answer = { readonly payload: unknown } | { readonly error: string };

export type Invoke = (event: unknown) => Promise<Answer>;

export interface FunctionSpec {
  /** Absolute path of what Node is to run. */
  readonly script: string;
  /** What tells the script its port. */
  readonly portVariable: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** One environment of a function; the first invocation starts it. */
export interface Emulated {
  /** Of the emulator, the adapter and the function. */
  readonly lines: readonly string[];
  readonly running: () => boolean;
  readonly invoke: Invoke;
  readonly stop: () => Promise<void>;
}

/** AWS's runtime interface emulator and the web adapter, with what the Dockerfile sets for every function. */
export async function startEmulated({ script, portVariable, env, timeoutSeconds }: FunctionSpec): Promise<Emulated> {
  const [front, runtime, port] = [await freePort(), await freePort(), String(await freePort())];
  const addresses = ['--runtime-interface-emulator-address', `127.0.0.1:${front}`];
  const api = ['--runtime-api-address', `127.0.0.1:${runtime}`];
  const child = spawn(EMULATOR ?? '', [...addresses, ...api, process.execPath, script], {
    env: childEnvironment({
      NODE_ENV: 'production',
      ...env,
      [portVariable]: port,
      AWS_LWA_PORT: port,
      AWS_LWA_READINESS_CHECK_PATH: '/health/live',
      AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeoutSeconds),
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  // By SIGTERM it ends the adapter and the function too; so also when this process ends in a hurry.
  const end = (): boolean => child.kill('SIGTERM');
  process.once('exit', end);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  await listening(front, running);
  return {
    lines,
    running,
    invoke: (event) => invoke(`http://127.0.0.1:${front}/2015-03-31/functions/function/invocations`, event),
    async stop() {
      process.off('exit', end);
      end();
      await exited;
    },
  };
}

/** The emulator listens; it starts nothing before it is invoked. */
async function listening(port: number, running: () => boolean): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (running() && Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return;
    await wait(LOOK_EVERY_MS);
  }
  throw new Error('The emulator did not start.');
}

/** The emulator answers 200 to everything: an invocation failed where the answer tells of an error. */
async function invoke(url: string, event: unknown): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const text = await response.text();
  try {
    const payload = JSON.parse(text) as { errorType?: unknown };
    return response.ok && payload.errorType === undefined ? { payload } : { error: text };
  } catch {
    return { error: text };
  }
}
