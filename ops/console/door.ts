import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Environment } from '../../contract/environment';
import type * as Behind from './console';
import { type Answering, type ConsoleOptions } from './entrance';

/** A console that listens. */
export interface Console {
  /** With the token: opens it as often as asked, until the process ends. */
  readonly address: string;
  /** Cancels what runs, which loses nothing. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const TOKEN_BYTES = 32;
/** Limits how long a request may take to arrive. */
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

/**
 * Listens at once and loads the console at its first request, so that it does not slow `npm start` down.
 * Rejects if the port cannot be had.
 */
export async function startConsole(
  environment: Environment,
  options: ConsoleOptions & { readonly port: number },
): Promise<Console> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const server = createServer(TIMEOUTS);
  server.listen(options.port, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let behind: Promise<Answering> | undefined;
  server.on('request', (request, response) => {
    behind ??= load().openConsole(environment, options, { port, token });
    behind.then(
      ({ answer }) => {
        answer(request, response);
      },
      (error: unknown) => {
        behind = undefined;
        process.stderr.write(`The console cannot open: ${String(error)}\n`);
        response.writeHead(500).end();
      },
    );
  });
  const close = async (): Promise<void> => {
    server.close();
    await (await behind?.catch(() => undefined))?.close();
    server.closeAllConnections();
  };
  return { address: `http://${LOOPBACK}:${port}/?token=${token}`, close };
}

/** By `require`, which jest follows. */
const load = (): typeof Behind => require('./console') as typeof Behind;
