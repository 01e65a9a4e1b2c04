/**
 * POST the bench's job from a number of connections at once, as a process of its own: a warm-up, and on a word of the
 * bench the measured requests.
 *
 *   load-generator.js URL CONNECTIONS WARMUP REQUESTS
 */
import { once } from 'node:events';
import { quantile } from './meter';
import { loadPeer } from './peers/load';
import { MEASURE } from './workload';

export interface LoadFigures {
  readonly seconds: number;
  readonly accepted: number;
  readonly refused: number;
  /** Milliseconds, of the answers. */
  readonly p50: number;
  readonly p99: number;
}

/** What of autocannon is used here. */
type Autocannon = (
  options: Readonly<Record<string, unknown>>,
  done: (error: Error | null) => void,
) => {
  on(
    event: 'response',
    listener: (...answer: readonly [unknown, status: number, bytes: number, ms: number]) => void,
  ): void;
};

async function load(url: string, connections: number, amount: number): Promise<LoadFigures> {
  const autocannon = loadPeer('autocannon') as Autocannon;
  const times: number[] = [];
  let accepted = 0;
  const since = performance.now();
  let lastAt = since;
  await new Promise<void>((resolve, reject) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"input":1}' };
    const running = autocannon({ url: `${url}/jobs/${MEASURE.type}`, connections, amount, ...request }, (error) => {
      if (error) reject(error);
      else resolve();
    });
    running.on('response', (...[, status, , ms]) => {
      times.push(ms);
      lastAt = performance.now();
      if (status === 202) accepted += 1;
    });
  });
  const seconds = (lastAt - since) / 1_000;
  times.sort((one, other) => one - other);
  return { seconds, accepted, refused: amount - accepted, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function main(): Promise<void> {
  // follow-parent.js lets the channel go; here it is what is waited for.
  process.channel?.ref();
  const [url = '', connections, warmup, requests] = process.argv.slice(2);
  process.send?.(await load(url, Number(connections), Number(warmup)));
  await once(process, 'message');
  process.send?.(await load(url, Number(connections), Number(requests)));
  process.channel?.unref();
}

void main();
