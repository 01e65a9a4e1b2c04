import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { type Pair, startPair } from '../../testing/pair';
import { ROOT } from '../harness/processes';
import { scrape } from '../harness/scrape';

/** Of each metric, its labels and the values that they have. */
type Known = ReadonlyMap<string, Values>;

/** Prometheus adds it to each scrape. */
const FROM_PROMETHEUS = ['instance'];

/** As long as Grafana has no value of its own for a variable, all are meant. */
const withVariables = (text: string): string => text.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*');

function knownFrom(lines: readonly string[]): Known {
  const known = new Map<string, Map<string, Set<string>>>();
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)(.*)$/.exec(line) ?? [];
    const labels = known.get(name) ?? new Map<string, Set<string>>();
    for (const [, label = '', value = ''] of rest.matchAll(/(\w+)="([^"]*)"/g))
      labels.set(label, (labels.get(label) ?? new Set()).add(value));
    known.set(name, labels);
  }
  return known;
}

type Values = ReadonlyMap<string, ReadonlySet<string>>;

/** Alternatives of `=~` one by one, so that each is looked for. */
const wantedValues = (operator: string, wanted: string): string[] =>
  operator.endsWith('~') ? wanted.split('|') : [wanted];

/** Matchers as `{outcome="done"}` that no series of the metric has. */
function unknownMatchers(matchers: string, own: Values): string[] {
  const all = [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)];
  const wanted = all
    .filter(([, label = '']) => !FROM_PROMETHEUS.includes(label))
    .flatMap(([, label = '', operator = '', text = '']) =>
      wantedValues(operator, text).map((value) => [label, value] as const),
    );
  const isKnown = ([label, value]: readonly [string, string]): boolean =>
    [...(own.get(label) ?? [])].some((known) => new RegExp(`^(?:${value})$`).test(known));
  return wanted.filter((pair) => !isKnown(pair)).map(([label, value]) => `{${label}="${value}"}`);
}

/** What in an expression no scrape has: a metric, a label, or a value that it compares a label with. */
function unknownIn(expression: string, known: Known): string[] {
  const asked = [...expression.matchAll(/\b(plusone_\w+)(?:\{([^}]*)\})?/g)];
  const unknown = asked.flatMap(([, name = '', matchers = '']) => {
    const own = known.get(name);
    return own ? unknownMatchers(matchers, own).map((matcher) => name + matcher) : [name];
  });
  const labels = asked.flatMap(([, name = '']) => [...(known.get(name)?.keys() ?? [])]);
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
  return [...unknown, ...grouped.filter((label) => ![...labels, ...FROM_PROMETHEUS].includes(label))];
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

describe('dashboard and rules', () => {
  let pair: Pair;
  let known: Known;
  let panels: readonly Panel[];
  let rules: string;
  const read = (file: string): Promise<string> => readFile(join(ROOT, 'docker/observe', file), 'utf8');

  beforeAll(async () => {
    const [producer, consumer] = [String(await freePort()), String(await freePort())];
    pair = await startPair({ variables: { METRICS_PORT: producer, CONSUMER_METRICS_PORT: consumer } });
    const scrapes = await Promise.all([producer, consumer].map(scrape));
    known = knownFrom(scrapes.flatMap(({ series }) => Object.keys(series)));
    panels = (JSON.parse(await read('dashboard.json')) as { panels: readonly Panel[] }).panels;
    rules = await read('rules.yaml');
  });
  afterAll(() => pair.close());

  const queries = (): string[] => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => withVariables(expr)));
  const alerts = (): string[] => [...rules.matchAll(/^ +expr: (.+)$/gm)].map(([, expression = '']) => expression);

  it('ask for nothing that no scrape has', () => {
    expect(queries().length).toBeGreaterThan(30);
    expect(alerts().length).toBeGreaterThan(10);
    expect([...queries(), ...alerts()].flatMap((expression) => unknownIn(expression, known))).toEqual([]);
  });

  it.each([
    ['plusone_permitz', 'plusone_permitz'],
    ['rate(plusone_handled_total{outcome="finished"}[5m])', 'plusone_handled_total{outcome="finished"}'],
    ['plusone_handled_total{outcome=~"retry|refuse"}', 'plusone_handled_total{outcome="refuse"}'],
    ['plusone_handled_total{kind=~".*"}', 'plusone_handled_total{kind=".*"}'],
    ['sum by (kind) (plusone_handled_total)', 'kind'],
  ])('would be found to ask in vain by %s', (expression, unknown) => {
    expect(unknownIn(expression, known)).toEqual([unknown]);
  });

  it('show each metric', () => {
    const text = queries().join('\n');
    const families = new Set([...known.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect([...families].filter((name) => !text.includes(name))).toEqual([]);
  });

  it('name in legends only what their query leaves', () => {
    const faults = panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ expr, legendFormat }) => {
        const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
        const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(/, */) ?? (/\bsum\(/.test(expr) ? [] : FROM_PROMETHEUS);
        return named.filter((label) => !kept.includes(label)).map((label) => `${title}: ${label}`);
      }),
    );
    expect(faults).toEqual([]);
  });

  it('alert by a name that is tested and has a place in the runbook', async () => {
    const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
    const runbooks = [...rules.matchAll(/runbook: docs\/operations\.md#(\w+)/g)].map(([, anchor]) => anchor);
    expect(runbooks).toEqual(names.map((name) => name.toLowerCase()));
    const tests = await read('rules.test.yaml');
    const goingOff = [...tests.matchAll(/alertname: (\w+)\n +exp_alerts:\n +- exp_labels/g)].map(([, name]) => name);
    expect(names.filter((name) => !goingOff.includes(name))).toEqual([]);
  });
});
