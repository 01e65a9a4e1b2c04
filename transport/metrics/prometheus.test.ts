import { Metrics } from './metrics';
import { prometheusText } from './prometheus';

it('says of each metric what it is, and each series on a line of its own', () => {
  const metrics = new Metrics();
  const handled = { name: 'plusone_handled_total', help: 'Runs that ended.' };
  metrics.counter(handled, { type: 'add-one', outcome: 'done' }).add(2);
  metrics.counter(handled, { type: 'add-one', outcome: 'retry' });
  metrics.gauge({ name: 'plusone_in_flight', help: 'In flight.' }, () => 7);
  expect(prometheusText(metrics)).toBe(
    [
      '# HELP plusone_handled_total Runs that ended.',
      '# TYPE plusone_handled_total counter',
      'plusone_handled_total{type="add-one",outcome="done"} 2',
      'plusone_handled_total{type="add-one",outcome="retry"} 0',
      '# HELP plusone_in_flight In flight.',
      '# TYPE plusone_in_flight gauge',
      'plusone_in_flight 7',
      '',
    ].join('\n'),
  );
});

it('adds buckets up, and ends them with +Inf', () => {
  const metrics = new Metrics();
  const seconds = metrics.histogram({ name: 'took_seconds', help: 'Time.', bounds: [0.1, 1] }, { type: 'a' });
  for (const value of [0.1, 0.5, 1, 30]) seconds.observe(value);
  expect(prometheusText(metrics).split('\n').slice(1, -1)).toEqual([
    '# TYPE took_seconds histogram',
    'took_seconds_bucket{type="a",le="0.1"} 1',
    'took_seconds_bucket{type="a",le="1"} 3',
    'took_seconds_bucket{type="a",le="+Inf"} 4',
    'took_seconds_sum{type="a"} 31.6',
    'took_seconds_count{type="a"} 4',
  ]);
});

it.each([-1, NaN])('counts %s, which no time can be, as 0', (value) => {
  const metrics = new Metrics();
  metrics.histogram({ name: 'took_seconds', help: 'Time.', bounds: [1] }).observe(value);
  expect(prometheusText(metrics)).toContain('took_seconds_bucket{le="1"} 1\n');
  expect(prometheusText(metrics)).toContain('took_seconds_sum 0\n');
});

it('escapes what would end a line or a value', () => {
  const metrics = new Metrics();
  metrics.counter({ name: 'a_total', help: 'A "quoted"\nback\\slash.' }, { type: 'b"\n\\c' });
  expect(prometheusText(metrics)).toBe(
    '# HELP a_total A "quoted"\\nback\\\\slash.\n# TYPE a_total counter\na_total{type="b\\"\\n\\\\c"} 0\n',
  );
});

it('hides no other metric where a gauge of an application throws', () => {
  const metrics = new Metrics();
  metrics.gauge({ name: 'faulty', help: 'Faulty.' }, () => {
    throw new Error('not now');
  });
  metrics.gauge({ name: 'sound', help: 'Sound.' }, () => 1);
  expect(prometheusText(metrics)).toMatch(/^faulty NaN$[^]*^sound 1$/m);
});

it('gives the same counter for the same labels, in whatever order they are named', () => {
  const metrics = new Metrics();
  const description = { name: 'a_total', help: 'A.' };
  metrics.counter(description, { type: 'a', outcome: 'done' }).add();
  metrics.counter(description, { outcome: 'done', type: 'a' }).add();
  expect(prometheusText(metrics)).toContain('a_total{type="a",outcome="done"} 2\n');
});

it('refuses one name for two kinds of metric', () => {
  const metrics = new Metrics();
  metrics.counter({ name: 'a_total', help: 'A.' });
  expect(() => {
    metrics.gauge({ name: 'a_total', help: 'A.' }, () => 1);
  }).toThrow('The metric a_total is a counter, and no gauge.');
});
