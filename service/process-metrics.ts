import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { type Metrics } from '../transport/index';

const RESOLUTION_MS = 20;

/** What the delays of the event loop are summed up over, so that two scrapers a moment apart see the same. */
const MIN_WINDOW_MS = 5_000;

const QUANTILES = [0.5, 0.99, 1];

/** Node's own numbers about this process; the answer ends the measuring. */
export function watchProcess(metrics: Metrics): () => void {
  const loop = watchLoop(metrics);
  const collections = watchCollections(metrics);
  const memory = { name: 'plusone_resident_memory_bytes', help: 'Memory of the process, as the system counts it.' };
  metrics.gauge(memory, () => process.memoryUsage.rss());
  const heap = { name: 'plusone_heap_used_bytes', help: 'Memory of JavaScript objects.' };
  metrics.gauge(heap, () => process.memoryUsage().heapUsed);
  return () => {
    loop.disable();
    collections.disconnect();
  };
}

function watchLoop(metrics: Metrics): ReturnType<typeof monitorEventLoopDelay> {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loop.enable();
  let since = performance.now();
  let seconds = QUANTILES.map(() => 0);
  const read = (at: number): number => {
    if (performance.now() - since >= MIN_WINDOW_MS) {
      seconds = QUANTILES.map((quantile) => delaySeconds(loop.percentile(quantile * 100)));
      loop.reset();
      since = performance.now();
    }
    return seconds[at] ?? 0;
  };
  const help = 'By how much the event loop was late since an earlier scrape, at least 5 s long.';
  for (const [at, quantile] of QUANTILES.entries()) {
    const labels = { quantile: String(quantile) };
    metrics.gauge({ name: 'plusone_event_loop_delay_seconds', help }, () => read(at), labels);
  }
  return loop;
}

/** Node measures from one turn of its timer to the next, in nanoseconds. */
const delaySeconds = (betweenTurns: number): number => Math.max(0, betweenTurns / 1e9 - RESOLUTION_MS / 1_000);

function watchCollections(metrics: Metrics): PerformanceObserver {
  const runs = metrics.counter({ name: 'plusone_gc_runs_total', help: 'Garbage collections.' });
  const seconds = metrics.counter({ name: 'plusone_gc_seconds_total', help: 'Time that garbage collections took.' });
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      runs.add();
      seconds.add(duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
