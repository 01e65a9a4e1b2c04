import { EmfWriter } from './emf';
import { Metrics } from './metrics';

interface Line {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

function writing(metrics: Metrics): { readonly writer: EmfWriter; readonly lines: Line[] } {
  const lines: Line[] = [];
  const dimensions = { service: 'consumer', queue: 'jobs' };
  const write = (line: string): number => lines.push(JSON.parse(line) as Line);
  return { writer: new EmfWriter(metrics, { namespace: 'Plusone', dimensions, write }), lines };
}

const HANDLED = { name: 'plusone_handled_total', help: 'Runs.' };

it('writes what was counted since the last line: types added up, outcomes by name, histograms by bucket', () => {
  const metrics = new Metrics();
  const { writer, lines } = writing(metrics);
  metrics.counter(HANDLED, { type: 'a', outcome: 'done' }).add(2);
  metrics.counter(HANDLED, { type: 'b', outcome: 'done' }).add(3);
  metrics.counter(HANDLED, { type: 'b', outcome: 'retry' });
  metrics.gauge({ name: 'plusone_in_flight', help: 'In flight.' }, () => 7);
  const took = { name: 'plusone_handling_seconds', help: 'Time.', bounds: [1, 5, 15] };
  metrics.histogram(took, { type: 'a' }).observe(0.5);
  metrics.histogram(took, { type: 'b' }).observe(2);
  metrics.histogram(took, { type: 'b' }).observe(60);
  writer.flush();
  metrics.counter(HANDLED, { type: 'a', outcome: 'done' }).add();
  writer.flush();
  const directive = {
    Namespace: 'Plusone',
    Dimensions: [['service', 'queue']],
    Metrics: [
      { Name: 'plusone_handled_total_done', Unit: 'Count' },
      { Name: 'plusone_handling_seconds', Unit: 'Seconds' },
    ],
  };
  expect(lines).toEqual([
    {
      _aws: { Timestamp: expect.any(Number), CloudWatchMetrics: [directive] },
      service: 'consumer',
      queue: 'jobs',
      plusone_handled_total_done: 5,
      plusone_handling_seconds: { Values: [1, 5, 15], Counts: [1, 1, 1], Count: 3, Sum: 62.5, Min: 0, Max: 15 },
    },
    expect.objectContaining({ plusone_handled_total_done: 1 }),
  ]);
  expect(lines[1]).not.toHaveProperty('plusone_handling_seconds');
});

it('writes nothing where nothing was counted', () => {
  const metrics = new Metrics();
  const { writer, lines } = writing(metrics);
  metrics.counter(HANDLED);
  writer.flush();
  expect(lines).toEqual([]);
});

it('names up to 100 metrics in each directive', () => {
  const metrics = new Metrics();
  const { writer, lines } = writing(metrics);
  for (let at = 0; at < 101; at += 1) metrics.counter({ name: `m${at}_total`, help: 'M.' }).add();
  writer.flush();
  expect(lines[0]?._aws.CloudWatchMetrics.map((directive) => directive.Metrics.length)).toEqual([100, 1]);
});

it('flushes soon: at once, and then at most once a second with all that came meanwhile', () => {
  jest.useFakeTimers();
  try {
    const metrics = new Metrics();
    const { writer, lines } = writing(metrics);
    const counter = metrics.counter(HANDLED);
    for (let at = 0; at < 3; at += 1) {
      counter.add();
      writer.flushSoon();
    }
    expect(lines).toHaveLength(1);
    jest.advanceTimersByTime(1_000);
    expect(lines.map((line) => line['plusone_handled_total'])).toEqual([1, 2]);
    jest.advanceTimersByTime(5_000);
    expect(lines).toHaveLength(2);
  } finally {
    jest.useRealTimers();
  }
});
