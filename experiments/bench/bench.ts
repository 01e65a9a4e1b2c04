/**
 * Plusone beside its peers.
 */
import { parseArgs } from 'node:util';
import { Table } from '../faults/report';
import { Arena } from './arena';
import { runConsumer } from './consumer-run';
import { PEERS } from './peers';
import { runProducer } from './producer-run';
import { WORKLOADS } from './workload';

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { broker: text, rounds: text, workload: text, scale: text, peer: text } });
  const arena = await Arena.open(values.broker ?? 'embedded');
  const table = new Table();
  try {
    for (let round = 1; round <= Number(values.rounds ?? 3); round += 1) {
      for (const workload of WORKLOADS.filter(({ name }) => (values.workload ?? 'no-op').split(',').includes(name)))
      for (const peer of PEERS) {
        if (!peer.kinds.includes(workload.kind)) continue;
        if (values.peer && !values.peer.split(',').includes(peer.name)) continue;
        const settings = { arena, seed: round, scale: Number(values.scale ?? 1) };
        const run = await (workload.kind === 'produce' ? runProducer : runConsumer)(settings, peer, workload);
        const f = run.figures;
        table.add({
          round, workload: workload.name,
          'peer                ': peer.name,
          'msg/s': Math.round(f.perSecond ?? NaN),
          'cpu us/msg': (f.cpuMicros ?? NaN).toFixed(1),
          'broker us/msg': (f.brokerCpuMicros ?? NaN).toFixed(1),
          'calls/msg': (f.callsPerMessage ?? NaN).toFixed(3),
          'rss': Math.round(f.peakMiB ?? NaN),
          'growth': (f.memoryGrowth ?? NaN).toFixed(3),
          'ofLimit': (f.ofLimit ?? NaN).toFixed(3),
          'p50 q': f.inQueueP50 ?? NaN,
          'p50 e2e': (f.endToEndP50 ?? NaN).toFixed(2),
          'p99 e2e': (f.endToEndP99 ?? NaN).toFixed(2),
          faults: run.faults.join('; '),
        });
      }
    }
  } finally {
    await arena.close(false);
  }
}
void main();
