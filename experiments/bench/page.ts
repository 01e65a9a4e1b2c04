import { htmlDocument } from '../rig/page/document';
import { element, type Markup, paragraph, tile } from '../rig/page/markup';
import { BASE_STYLE } from '../rig/page/style';
import { BARS_STYLE, charts } from './bars';
import { columnsOf } from './columns';
import { type Findings } from './findings';
import { PEERS } from './peers';
import { type Spread, type Summary } from './summary';
import { INTRODUCTION, meaningOf, measured } from './words';
import { type Workload, WORKLOADS } from './workload';

const STYLE = `${BASE_STYLE}${BARS_STYLE}
.scroll{overflow-x:auto;margin:1em 0}
table.figures{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
.figures th,.figures td{padding:4px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
.figures th:first-child{text-align:left;font-weight:400;position:sticky;left:0;background:var(--ground);white-space:normal;min-width:9em}
.figures thead th{color:var(--faint);font-weight:500}.figures .ours th:first-child{font-weight:700}
.invalid{color:var(--often);font-weight:700}
@media (max-width:460px){.bars{grid-template-columns:1fr auto;grid-auto-flow:dense}.bars .track{grid-column:1/-1}.bars .who{grid-column:1;align-self:end}.bars .value{grid-column:2;align-self:end}}`;

const titleOf = (peer: string): string => PEERS.find(({ name }) => name === peer)?.title ?? peer;

function table({ kind }: Workload, summaries: readonly Summary[]): Markup {
  const columns = columnsOf(kind, summaries);
  const head = ['', ...columns.map(({ head }) => head)].map((text) => element('th', { scope: 'col' }, [text]));
  const rows = summaries.map((summary) => {
    const cells =
      summary.rounds === 0
        ? [element('td', { colspan: columns.length, class: 'invalid' }, ['invalid'])]
        : columns.map(({ text }) => element('td', {}, [text(summary)]));
    const title = `${titleOf(summary.peer)}${summary.invalid > 0 ? ` (${summary.invalid} invalid)` : ''}`;
    return element('tr', { class: summary.peer.startsWith('plusone') ? 'ours' : 'peer' }, [
      element('th', { scope: 'row' }, [title]),
      ...cells,
    ]);
  });
  const whole = element('table', { class: 'figures' }, [
    element('thead', {}, [element('tr', {}, head)]),
    element('tbody', {}, rows),
  ]);
  return element('div', { class: 'scroll', tabindex: 0 }, [whole]);
}

function section(workload: Workload, summaries: readonly Summary[]): Markup[] {
  const own = summaries.filter((summary) => summary.workload === workload.name);
  if (own.length === 0) return [];
  return [
    element('h2', { id: workload.name }, [workload.title]),
    paragraph(meaningOf(workload)),
    charts(workload.kind, own, titleOf),
    table(workload, own),
  ];
}

function besideDocumented(ours: Spread | undefined, documented: Spread | undefined): Markup[] {
  if (!ours || !documented) return [];
  const times = (ours.median / documented.median).toFixed(1);
  return [
    tile(`${times} x`, ['the messages per second of @ssut/nestjs-sqs as documented, with nothing to do or record.']),
  ];
}

function besideCeiling({ perSecond, cpuMicros }: Summary['ratios']): Markup[] {
  if (!perSecond || !cpuMicros) return [];
  const words = `times the messages per second of loops on the AWS SDK, at ${cpuMicros.median.toFixed(2)} of their CPU per message, with nothing to do or record.`;
  return [tile(perSecond.median.toFixed(2), [words])];
}

function besideOneSend({ perSecond }: Summary['ratios']): Markup[] {
  if (!perSecond) return [];
  const words = 'the requests per second of Nest + Fastify with one send each, from 50 connections.';
  return [tile(`${perSecond.median.toFixed(1)} x`, [words])];
}

/** What the tables come to, of what was measured. */
function tiles(summaries: readonly Summary[]): Markup[] {
  const found = (workload: string, peer: string): Summary | undefined =>
    summaries.find((summary) => summary.workload === workload && summary.peer === peer);
  const [ours, documented] = [found('no-op', 'plusone-unrecorded'), found('no-op', 'nestjs-sqs')];
  return [
    ...besideDocumented(ours?.figures.perSecond, documented?.figures.perSecond),
    ...besideCeiling(ours?.ratios ?? {}),
    ...besideOneSend(found('produce-50', 'plusone-producer')?.ratios ?? {}),
  ];
}

/** The report: one file that needs nothing else, and holds the findings it was made of. */
export function page(findings: Findings): string {
  const title = 'Plusone beside its peers';
  const body = [
    element('h1', {}, [title]),
    ...INTRODUCTION.map((text) => paragraph(text)),
    element('div', { class: 'tiles' }, tiles(findings.summaries)),
    ...WORKLOADS.flatMap((workload) => section(workload, findings.summaries)),
    element('h2', {}, ['How this was measured']),
    ...measured(findings).map((text) => paragraph(text, 'faint')),
  ];
  return htmlDocument({ title, style: STYLE, body, findings });
}
