/**
 * The health check of an image that has no shell: `healthy.js PORT|CONSUMER_PORT` ends with 0 if the service that
 * listens there is ready, else with 1 and the reason.
 */
import { readEnvironment } from '../contract/environment';

const WITHIN_MS = 4_000;

async function main(variable: string | undefined): Promise<void> {
  const { port, consumerPort } = readEnvironment();
  const url = `http://127.0.0.1:${variable === 'CONSUMER_PORT' ? consumerPort : port}/health/ready`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
  if (!answer.ok) throw new Error(await answer.text());
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
