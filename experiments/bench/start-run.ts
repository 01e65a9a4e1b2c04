import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../rig/proxy/free-port';
import { BenchProcess } from './bench-process';
import { type Peer } from './peers';
import { type Run } from './run';
import { LOG, RUN_MS, type Settings, Stage } from './stage';
import { type Workload } from './workload';

const DIST = join(__dirname, '..', '..');

/** Whether there is a script to start: the bundle is made by `npm run bundle`. */
export const canStart = ({ script }: Peer): boolean => existsSync(join(DIST, script));

/** From the start of the process to its first receive; of bare Node, to its first line. */
export async function runStart(
  { arena }: Settings,
  peer: Peer,
  workload: Workload,
): Promise<Pick<Run, 'messages' | 'figures' | 'calls' | 'faults'>> {
  const stage = await Stage.set(arena, peer, workload);
  const startMs = await stage.alone(async ({ queueUrl, deadLetterQueueUrl, endpoint, folder }) => {
    const consumerPort = await freePort();
    const since = Date.now();
    const process = new BenchProcess({
      script: peer.script,
      nodeArgs: ['--require', join(__dirname, 'first-receive.js')],
      env: {
        ...arena.environment,
        AWS_ENDPOINT_URL_SQS: endpoint,
        QUEUE_URL: queueUrl,
        DLQ_URL: deadLetterQueueUrl,
        RESULTS: `sqlite:${join(folder, 'results.db')}`,
        CONSUMER_PORT: String(consumerPort),
      },
      log: join(folder, LOG),
    });
    try {
      return Number(await process.next(RUN_MS)) - since;
    } finally {
      if (process.running) await process.end('SIGKILL');
    }
  });
  return { messages: 0, figures: { startMs }, calls: {}, faults: [] };
}
