import { createServer } from 'node:net';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';

/** Below the ports that Linux (from 32768) and macOS (from 49152) hand out to connections and to `listen(0)`. */
const RANGE = [10_000, 32_000] as const;
const TRIES = 100;

/** A port of 127.0.0.1 that nobody uses, for an app that takes its port from the environment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(...RANGE);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`None of ${TRIES} ports of 127.0.0.1 was free`);
}
