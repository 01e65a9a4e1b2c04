import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { type Pair, startPair } from '../../testing/pair';
import { ROOT } from '../harness/processes';
import { scrape } from '../harness/scrape';

/** A metric, by its kind and the names of its labels. */
type Described = Readonly<Record<string, string>>;

const described = (kind: string, labels: readonly string[]): string => [kind, ...[...labels].sort()].join(' ');

/** Rows of the tables below a heading. */
function documented(docs: string, heading: string): Described {
  const section = docs.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` +\| (\w+) +\| (.*?) +\|/gm)];
  return Object.fromEntries(
    rows.map(([, name = '', kind = '', labels = '']) => [
      name,
      described(
        kind,
        [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
      ),
    ]),
  );
}

function scraped({ text, series }: Awaited<ReturnType<typeof scrape>>): Described {
  const kinds = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return Object.fromEntries(
    kinds.map(([, name = '', kind = '']) => {
      const own = kind === 'histogram' ? `${name}_count` : name;
      const first = Object.keys(series).find((line) => line === own || line.startsWith(`${own}{`)) ?? '';
      const labels = [...first.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label);
      return [name, described(kind, labels)];
    }),
  );
}

describe('docs/telemetry.md', () => {
  let pair: Pair;
  let docs: string;
  const ports = { METRICS_PORT: '', CONSUMER_METRICS_PORT: '' };
  beforeAll(async () => {
    docs = await readFile(join(ROOT, 'docs/telemetry.md'), 'utf8');
    for (const variable of ['METRICS_PORT', 'CONSUMER_METRICS_PORT'] as const)
      ports[variable] = String(await freePort());
    pair = await startPair({ variables: ports });
  });
  afterAll(() => pair.close());

  it.each([
    ['Producer', 'METRICS_PORT'],
    ['Consumer', 'CONSUMER_METRICS_PORT'],
  ] as const)('names each metric of the %s with its kind and labels, and no other', async (heading, variable) => {
    const both = documented(docs, 'Both apps');
    expect(scraped(await scrape(ports[variable]))).toEqual({ ...documented(docs, heading), ...both });
  });

  it.each([
    ['Producer', 'METRICS_PORT', 'plusone_refused_total'],
    ['Consumer', 'CONSUMER_METRICS_PORT', 'plusone_dead_letters_total'],
  ] as const)('names each reason of the %s, and no other', async (heading, variable, metric) => {
    const section = docs.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
    const sentence = /^`reason` is (.*?)(?:, which log|\.\n)/ms.exec(section)?.[1] ?? '';
    const named = [...sentence.matchAll(/`([\w-]+)`/g)].map(([, reason]) => reason);
    const { series } = await scrape(ports[variable]);
    const there = Object.keys(series).flatMap((line) => new RegExp(`^${metric}{reason="(.*)"}$`).exec(line)?.[1] ?? []);
    expect(named.sort()).toEqual(there.sort());
  });
});
