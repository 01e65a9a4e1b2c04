import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { processVariables } from '../../contract/environment';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { childEnvironment } from '../../ops/child-environment';
import { eventually } from '../harness/eventually';

const MINISTACK = (processVariables['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'ministack'))
  .find((path) => existsSync(path));

/** As `describe`, where MiniStack is on the PATH; elsewhere skipped, and said so. */
export function withMiniStack(name: string, tests: () => void): void {
  if (MINISTACK === undefined) process.stderr.write(`ministack is not on PATH: skipping "${name}"\n`);
  (MINISTACK === undefined ? describe.skip : describe)(name, tests);
}

/** An account of AWS on this machine that enforces IAM. */
export interface Account {
  /** By TLS, as far as a policy can tell. */
  readonly endpoint: string;
  readonly plainEndpoint: string;
  readonly stop: () => Promise<void>;
}

export async function startAccount(): Promise<Account> {
  const port = await freePort();
  const child = spawn(MINISTACK ?? '', {
    env: childEnvironment({ GATEWAY_PORT: `${port}`, BIND_HOST: '127.0.0.1', IOT_MTLS_ENABLED: '0', AUTH: 'true' }),
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const plainEndpoint = `http://127.0.0.1:${port}`;
  const front = await startTlsFront(port);
  await eventually(async () => (await fetch(`${plainEndpoint}/_ministack/health`)).ok, { withinMs: 60_000 });
  return {
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    plainEndpoint,
    async stop() {
      front.close();
      front.closeAllConnections();
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Says of each request what a front that ends TLS says, and hands it on as it is, since it is signed. */
async function startTlsFront(port: number): Promise<Server> {
  const front = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const onward = request({
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { ...headers, 'x-forwarded-proto': 'https' },
    });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return front;
}
