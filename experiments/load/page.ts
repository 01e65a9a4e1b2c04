import { htmlDocument } from '../rig/page/document';
import { element, grouped, type Markup, paragraph, tile } from '../rig/page/markup';
import { BASE_STYLE } from '../rig/page/style';
import { chart, type Curve } from './chart';
import { type Latency } from './k6-output';
import { type Report } from './report';
import { milliseconds, percent } from './terminal';

/** Wide enough for a desk; another, drawn again, for a phone. */
const WIDTHS = [
  ['on-desk', 900],
  ['on-phone', 350],
] as const;

const RATES: readonly Curve[] = [
  { style: 'sent', title: 'sent', of: ({ sent }) => sent },
  { style: 'done', title: 'done', of: ({ done }) => done },
];

const BACKLOG: readonly Curve[] = [{ style: 'backlog', title: 'sent and not yet done', of: ({ backlog }) => backlog }];

const STYLE = `
.curve{fill:none;stroke-width:2;stroke-linejoin:round}
.curve.sent,.curve.backlog{stroke:var(--run)}.curve.done{stroke:var(--pay)}
.key{display:inline-block;width:1.6em;height:0;border-top:3px solid;vertical-align:middle;margin:0 .4em 0 0}
.key.sent,.key.backlog{border-color:var(--run)}.key.done{border-color:var(--pay)}
.keys span+span{margin-left:1.2em}
.verdict{padding:10px 16px;border-radius:10px;font-weight:600;max-width:none}
table.plain{border-collapse:collapse;font-size:15px}
.plain th,.plain td{padding:4px 14px 4px 0;text-align:right;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}
.plain th{font-weight:500;color:var(--faint)}.plain th[scope=row],.plain td.words{text-align:left;overflow-wrap:anywhere}
.on-phone{display:none}@media (max-width:560px){.on-phone{display:block}.on-desk{display:none}}`;

function tiles({
  requests,
  accepted,
  done,
  deadLetters,
  drainSeconds,
  refusedShare,
  failedShare,
  dropped,
}: Report): Markup {
  const shares = `of ${grouped(requests)} requests; ${percent(refusedShare)} refused, ${percent(failedShare)} failed, ${grouped(dropped)} arrivals dropped.`;
  const inDlq = deadLetters === undefined ? 'The broker was not ours to ask.' : 'in the dead-letter queue.';
  return element('div', { class: 'tiles' }, [
    tile(grouped(accepted), [shares], 'Accepted'),
    tile(grouped(done), ['of those accepted; each was asked after by its id.'], 'Done'),
    tile(String(deadLetters ?? '–'), [inDlq], 'Dead letters'),
    tile(`${drainSeconds.toFixed(2)} s`, ['from the last job sent to the last one done.'], 'Time to drain'),
  ]);
}

function curves({ moments }: Report, lines: readonly Curve[], title: string): Markup[] {
  const keys = lines.map(({ style, title: name }) =>
    element('span', {}, [element('span', { class: `key ${style}` }), name]),
  );
  const drawn = WIDTHS.map(([place, width]) =>
    element('div', { class: place }, [chart(moments, lines, { width, title })]),
  );
  return [element('h2', {}, [title]), element('p', { class: 'keys' }, keys), ...drawn];
}

function latencyTable({ requestMs, endToEndMs }: Report): Markup {
  const row = (name: string, { median, p95, p99, most }: Latency): Markup =>
    element('tr', {}, [
      element('th', { scope: 'row' }, [name]),
      ...[median, p95, p99, most].map((ms) => element('td', {}, [milliseconds(ms)])),
    ]);
  const head = ['ms', 'median', 'p95', 'p99', 'most'].map((name) => element('th', { scope: 'col' }, [name]));
  return element('table', { class: 'plain' }, [
    element('tr', {}, head),
    row('request', requestMs),
    row('end to end', endToEndMs),
  ]);
}

function thresholdTable({ thresholds }: Report): Markup {
  return element(
    'table',
    { class: 'plain' },
    thresholds.map(({ name, ok }) =>
      element('tr', {}, [element('td', {}, [ok ? '✓' : '✗']), element('td', { class: 'words' }, [name])]),
    ),
  );
}

function verdict({ faults }: Report): Markup[] {
  if (faults.length === 0)
    return [paragraph('✓ Every accepted job is done, and every threshold held.', 'verdict cell-right')];
  const items = faults.map((fault) => element('li', {}, [fault]));
  return [paragraph('✗ Not as expected:', 'verdict cell-often'), element('ul', {}, items)];
}

function measured({ plan, pair, startedAt, node, k6 }: Report): string {
  const stages = plan.stages.map(({ seconds, target }) => `${seconds} s to ${target}`).join(', ');
  return `${startedAt}, ${k6}, Node ${node}; pair: ${pair}. Arrivals a second, whatever the answers take: from ${plan.startRate}, ${stages}. A request is timed by k6; end to end is from its sending to the moment in the job's record, which may be before the answer arrives. Broker, apps and k6 share one machine.`;
}

/** The report: one file that needs nothing else, and holds the figures it was made of. */
export function page(report: Report): string {
  const title = `${report.plan.name}: up to ${grouped(report.plan.peak)} jobs a second`;
  const body = [
    element('h1', {}, [title]),
    paragraph(report.plan.what),
    ...verdict(report),
    tiles(report),
    ...curves(report, RATES, 'Jobs a second'),
    ...curves(report, BACKLOG, 'Backlog'),
    element('h2', {}, ['Latency']),
    latencyTable(report),
    element('h2', {}, ["k6's thresholds"]),
    thresholdTable(report),
    element('h2', {}, ['How this was measured']),
    paragraph(measured(report), 'faint'),
  ];
  return htmlDocument({ title, style: BASE_STYLE + STYLE, body, findings: report });
}
