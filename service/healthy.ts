/**
 * The health check of an image that has no shell: `healthy.js PORT|CONSUMER_PORT` ends with 0 if the service that
 * listens there is ready, else with 1 and the reason.
 */
import { readEnvironment } from '../contract/environment';
import { reachableHost } from '../contract/local';
import { messageOf } from '../contract/thrown';
import { getDirect } from './direct';

const WITHIN_MS = 4_000;

async function main(variable: string | undefined): Promise<void> {
  const { host = '127.0.0.1', port, consumerPort } = readEnvironment();
  const url = `http://${reachableHost(host)}:${variable === 'CONSUMER_PORT' ? consumerPort : port}/health/ready`;
  const { ok, text } = await getDirect(url, WITHIN_MS);
  if (!ok) throw new Error(text);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
