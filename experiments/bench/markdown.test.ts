import { markdownOf } from './markdown';
import { type Summary } from './summary';

const spread = (median: number) => ({ median, least: median, most: median });

const summary = (peer: string, workload: string, perSecond: number): Summary => ({
  ...{ peer, workload, rounds: 1, invalid: 0, calls: {}, reference: 'raw-4' },
  figures: { perSecond: spread(perSecond), cpuMicros: spread(150.4) },
  ratios: { perSecond: spread(perSecond / 5_000) },
  toLean: { perSecond: spread(perSecond / 10_000) },
});

test('a row for each consumer that was measured, columns for the workloads there were', () => {
  const summaries = [summary('raw-4', 'no-op', 5_000), summary('ours', 'no-op', 4_321), summary('raw-4', 'idle', 1)];
  const peers = ['raw-4', 'ours', 'absent'].map((name) => ({ name, title: name.toUpperCase() }));
  expect(markdownOf(summaries, peers)).toBe(
    [
      '| consumer | no-op, msg/s | x SDK loop | x lean loop | CPU µs a message | SQS calls a message |',
      '| --- | ---: | ---: | ---: | ---: | ---: |',
      '| RAW-4 | 5,000 | 1.00 | 0.50 | 150 | - |',
      '| OURS | 4,321 | 0.86 | 0.43 | 150 | - |',
      '',
    ].join('\n'),
  );
});
