import { type Family, type Histogram, type Labels, type Metrics } from './metrics';

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** All metrics as Prometheus reads them. */
export const prometheusText = (metrics: Metrics): string => metrics.collect().map(familyText).join('');

function familyText(family: Family): string {
  const { name, help, kind } = family;
  const lines = linesOf(family);
  if (lines.length === 0) return '';
  return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`, ...lines, ''].join('\n');
}

function linesOf(family: Family): string[] {
  const { name } = family;
  switch (family.kind) {
    case 'counter':
      return family.series.map(({ labels, value }) => line(name, labels, value.value));
    case 'gauge':
      return family.series.map(({ labels, value }) => line(name, labels, reading(value)));
    case 'histogram':
      return family.series.flatMap(({ labels, value }) => histogramLines(name, labels, value));
  }
}

/** NaN if it throws, so that the scrape goes on. */
function reading({ read }: { readonly read: () => number }): number {
  try {
    return read();
  } catch {
    return NaN;
  }
}

/** Each bucket counts those below it, too. */
function histogramLines(name: string, labels: Labels, { bounds, counts, sum }: Histogram): string[] {
  let below = 0;
  const buckets = counts.map((count, at) => {
    below += count;
    return line(`${name}_bucket`, { ...labels, le: numberText(bounds[at] ?? Infinity) }, below);
  });
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, below)];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
