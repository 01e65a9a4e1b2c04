/**
 * Plusone beside its peers.
 */
import { Table } from '../faults/report';
import { Arena } from './arena';
import { runConsumer } from './consumer-run';
import { CONSUMERS } from './consumers';
import { WORKLOADS } from './workload';
import { parseArgs } from 'node:util';

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { broker: text, rounds: text, workload: text, scale: text, peer: text } });
  const arena = await Arena.open(values.broker ?? 'embedded');
  const table = new Table();
  try {
    for (let round = 1; round <= Number(values.rounds ?? 3); round += 1) {
      for (const workload of WORKLOADS.filter(({ name }) => name === (values.workload ?? 'no-op')))
        for (const peer of CONSUMERS) {
          if (values.peer && !values.peer.split(',').includes(peer.name)) continue;
          const run = await runConsumer({ arena, seed: round, scale: Number(values.scale ?? 1) }, peer, workload);
          const calls = Object.values(run.calls).reduce((sum, count) => sum + count, 0);
          table.add({
            round,
            'peer                ': peer.name,
            'msg/s': Math.round(run.messages / run.seconds),
            'cpu us/msg': ((run.cpuMs * 1000) / run.messages).toFixed(1),
            'broker us/msg': (((run.brokerCpuMs ?? NaN) * 1000) / run.messages).toFixed(1),
            'calls/msg': (calls / run.messages).toFixed(3),
            cores: (run.cpuMs / run.seconds / 1000).toFixed(2),
            'broker cores': ((run.brokerCpuMs ?? NaN) / run.seconds / 1000).toFixed(2),
            rss: Math.round(run.peakMiB),
            'p50 q': run.inQueueMs.p50,
            'p99 e2e': run.endToEndMs.p99,
            faults: run.faults.join('; '),
          });
        }
    }
  } finally {
    await arena.close(false);
  }
}
void main();
