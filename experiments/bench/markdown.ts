import { grouped } from '../rig/page/markup';
import { type FigureName } from './run';
import { type Summary } from './summary';

type Cell = (summary: Summary | undefined) => string;

const figure =
  (name: FigureName, write: (value: number) => string): Cell =>
  (summary) => {
    const value = summary?.figures[name]?.median;
    return value === undefined ? '-' : write(value);
  };

const ratio =
  (name: FigureName, to: 'ratios' | 'toLean' = 'ratios'): Cell =>
  (summary) =>
    summary?.[to][name]?.median.toFixed(2) ?? '-';

const whole = (value: number): string => grouped(Math.round(value));

/** Of the whole bench, what tells most in a README: nothing to do, 20 ms each, one slow in a hundred. */
const COLUMNS: readonly { readonly head: string; readonly workload: string; readonly cell: Cell }[] = [
  { head: 'no-op, msg/s', workload: 'no-op', cell: figure('perSecond', whole) },
  { head: 'x SDK loop', workload: 'no-op', cell: ratio('perSecond') },
  { head: 'x lean loop', workload: 'no-op', cell: ratio('perSecond', 'toLean') },
  { head: 'CPU µs a message', workload: 'no-op', cell: figure('cpuMicros', whole) },
  { head: 'SQS calls a message', workload: 'no-op', cell: figure('callsPerMessage', (value) => value.toFixed(2)) },
  { head: '20 ms, msg/s', workload: 'exponential', cell: figure('perSecond', whole) },
  { head: '1 in 100 takes 2 s, msg/s', workload: 'one-slow', cell: figure('perSecond', whole) },
];

/** The consumers that were measured, as a table for a README. */
export function markdownOf(
  summaries: readonly Summary[],
  peers: readonly { readonly name: string; readonly title: string }[],
): string {
  const columns = COLUMNS.filter(({ workload }) => summaries.some((summary) => summary.workload === workload));
  const rows = peers.flatMap(({ name, title }) => {
    const own = summaries.filter(({ peer }) => peer === name);
    const cells = columns.map(({ workload, cell }) => cell(own.find((summary) => summary.workload === workload)));
    return cells.every((text) => text === '-') ? [] : [[title, ...cells]];
  });
  const head = ['consumer', ...columns.map(({ head }) => head)];
  const rule = ['---', ...columns.map(() => '---:')];
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
