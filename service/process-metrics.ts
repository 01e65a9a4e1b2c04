import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { type Metrics } from '../transport/index';

const RESOLUTION_MS = 20;

/** The least window over which event loop delays are summed up, so that two scrapers a moment apart see the same. */
const MIN_WINDOW_MS = 5_000;

/** Percentiles by the ends of their names; the last is the maximum. */
const PERCENTILES = { p50: 50, p99: 99, max: 100 };

/** Measures Node's own numbers of this process; the returned function stops it. */
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

type Loop = ReturnType<typeof monitorEventLoopDelay>;

function watchLoop(metrics: Metrics): Loop {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loop.enable();
  let since = performance.now();
  let seconds = { p50: 0, p99: 0, max: 0 };
  const read = (which: keyof typeof PERCENTILES): number => {
    if (performance.now() - since >= MIN_WINDOW_MS) {
      const { p50, p99, max } = PERCENTILES;
      seconds = { p50: delaySeconds(loop, p50), p99: delaySeconds(loop, p99), max: delaySeconds(loop, max) };
      loop.reset();
      since = performance.now();
    }
    return seconds[which];
  };
  const gauge = (which: keyof typeof PERCENTILES, help: string): void => {
    metrics.gauge({ name: `plusone_event_loop_delay_${which}_seconds`, help }, () => read(which));
  };
  gauge('p50', 'By how much the event loop was late, half of the time, since an earlier scrape.');
  gauge('p99', 'By how much it was late at most, except for a hundredth of the time.');
  gauge('max', 'By how much it was late at most.');
  return loop;
}

/** Node measures from one firing of its timer to the next, in nanoseconds. */
const delaySeconds = (loop: Loop, percentile: number): number =>
  Math.max(0, loop.percentile(percentile) / 1e9 - RESOLUTION_MS / 1_000);

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
