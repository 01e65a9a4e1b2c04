import { element, type Markup } from '../rig/page/markup';
import { type FigureName } from './run';
import { type Spread, type Summary } from './summary';
import { type Kind } from './workload';

interface Bars {
  readonly figure: FigureName;
  readonly title: string;
  readonly digits: number;
}

const SPEED: Bars = { figure: 'perSecond', title: 'Messages per second: longer is better', digits: 0 };
const CPU: Bars = { figure: 'cpuMicros', title: 'CPU per message, microseconds: shorter is better', digits: 0 };
const P99: Bars = {
  figure: 'endToEndP99',
  title: '99 in 100 are done within this many ms: shorter is better',
  digits: 1,
};
const REQUESTS = { ...SPEED, title: 'Requests per second: longer is better' };

/** What is drawn of each kind of run; the tables have the rest. */
const BARS: Readonly<Record<Kind, readonly Bars[]>> = {
  drain: [SPEED, CPU],
  record: [SPEED, CPU],
  paced: [P99, CPU],
  idle: [{ figure: 'pollsPer20s', title: 'Polls in 20 s: shorter is better', digits: 1 }],
  produce: [REQUESTS, P99],
  start: [{ figure: 'startMs', title: 'Milliseconds: shorter is better', digits: 0 }],
};

export const BARS_STYLE = `
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:8px 36px}
.charts h3{margin:.6em 0 .3em}
.bars{display:grid;grid-template-columns:minmax(7em,auto) 1fr auto;gap:5px 10px;align-items:center;font-size:14px}
.bars .who{overflow-wrap:anywhere;line-height:1.25}.bars .ours{font-weight:700}
.track{position:relative;height:18px;background:var(--card);border-radius:4px;min-width:60px}
.bar{position:absolute;inset:0 auto 0 0;border-radius:4px;background:var(--hidden)}
.bar.ours{background:var(--run)}.bar.ceiling{background:var(--pay)}
.span{position:absolute;top:8px;height:2px;background:var(--text);min-width:2px}
.value{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.value .faint{display:block;font-size:12px;line-height:1.1}`;

type Titled = Pick<Summary, 'peer' | 'reference'> & { readonly title: string };

const isOurs = (peer: string): boolean => peer.startsWith('plusone');

const percent = (value: number, most: number): string => `${((100 * value) / most).toFixed(2)}%`;

interface Scale {
  /** What a whole track stands for. */
  readonly most: number;
  readonly digits: number;
}

function row({ peer, reference, title }: Titled, spread: Spread, scale: Scale): Markup[] {
  const shade = isOurs(peer) ? ' ours' : peer === reference ? ' ceiling' : '';
  const write = (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: scale.digits, maximumFractionDigits: scale.digits });
  const { median, least, most } = spread;
  const range = least === most ? [] : [element('span', { class: 'faint' }, [`${write(least)}–${write(most)}`])];
  return [
    element('span', { class: `who${isOurs(peer) ? ' ours' : ''}` }, [title]),
    element('span', { class: 'track' }, [
      element('span', { class: `bar${shade}`, style: `width:${percent(median, scale.most)}` }),
      element('span', {
        class: 'span',
        style: `left:${percent(least, scale.most)};width:${percent(most - least, scale.most)}`,
      }),
    ]),
    element('span', { class: 'value' }, [write(median), ...range]),
  ];
}

/** The charts of a workload: a bar for the median, a line from the least to the most. */
export function charts(kind: Kind, summaries: readonly Summary[], titleOf: (peer: string) => string): Markup {
  const drawn = BARS[kind].flatMap(({ figure, title, digits }) => {
    const known = summaries.flatMap((summary) => {
      const spread = summary.figures[figure];
      return spread ? [{ summary, spread }] : [];
    });
    const most = Math.max(...known.map(({ spread }) => spread.most), Number.MIN_VALUE);
    const rows = known.flatMap(({ summary, spread }) =>
      row({ ...summary, title: titleOf(summary.peer) }, spread, { most, digits }),
    );
    return known.length === 0
      ? []
      : [element('div', {}, [element('h3', {}, [title]), element('div', { class: 'bars' }, rows)])];
  });
  return element('div', { class: 'charts' }, drawn);
}
