import { Metrics, prometheusText } from '../transport/index';
import { eventually } from '../test/harness/eventually';
import { watchProcess } from './process-metrics';

const numbers = (metrics: Metrics): Record<string, number> =>
  Object.fromEntries(
    prometheusText(metrics)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(' '))
      .map(([name = '', value]) => [name, Number(value)]),
  );

it('says how late the event loop was, how long garbage collection took, and how much memory there is', async () => {
  const metrics = new Metrics();
  const stop = watchProcess(metrics);
  try {
    const seen = await eventually(
      () => {
        // Holds the event loop, and makes something to collect.
        const until = performance.now() + 60;
        while (performance.now() < until) Array.from({ length: 10_000 }, (_, at) => ({ at }));
        const now = numbers(metrics);
        const { plusone_event_loop_delay_max_seconds: late = 0, plusone_gc_runs_total: collections = 0 } = now;
        return late >= 0.03 && collections > 0 && now;
      },
      { withinMs: 20_000 },
    );
    expect(seen['plusone_gc_seconds_total']).toBeGreaterThan(0);
    expect(seen['plusone_resident_memory_bytes']).toBeGreaterThan(seen['plusone_heap_used_bytes'] ?? Infinity);
    expect(seen['plusone_event_loop_delay_p50_seconds']).toBeLessThanOrEqual(
      seen['plusone_event_loop_delay_p99_seconds'] ?? -1,
    );
  } finally {
    stop();
  }
});
