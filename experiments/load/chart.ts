import { element, grouped, type Markup } from '../rig/page/markup';
import { type Moment } from './report';

/** A line of the chart: how it is told apart, and what it shows. */
export interface Curve {
  readonly style: string;
  readonly title: string;
  readonly of: (moment: Moment) => number;
}

const HEIGHT = 220;
/** Room for the numbers at the left, and the seconds below. */
const LEFT = 52;
const BELOW = 24;
const TOP = 12;

/** The next of 1, 2, 5, 10, 20, 50… */
function roundUp(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 5, 10].find((step) => step * magnitude >= value) ?? 10) * magnitude;
}

/** Curves over the seconds of a run, `width` pixels wide. */
export function chart(
  moments: readonly Moment[],
  curves: readonly Curve[],
  { width, title }: { width: number; title: string },
): Markup {
  const seconds = Math.max(1, moments.at(-1)?.second ?? 0);
  const most = roundUp(Math.max(1, ...moments.flatMap((moment) => curves.map(({ of }) => of(moment)))));
  const x = (second: number): number => LEFT + ((width - LEFT - 8) * second) / seconds;
  const y = (value: number): number => HEIGHT - BELOW - ((HEIGHT - BELOW - TOP) * value) / most;
  const level = (value: number): Markup[] => [
    element('path', { class: 'tick', d: `M${LEFT} ${y(value)}H${width - 8}` }),
    element('text', { class: 'axis', x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, [grouped(value)]),
  ];
  const moment = (second: number, anchor: string): Markup =>
    element('text', { class: 'axis', x: x(second), y: HEIGHT - 6, 'text-anchor': anchor }, [`${second} s`]);
  const lines = curves.map(({ style, of }) =>
    element('polyline', {
      class: `curve ${style}`,
      points: moments.map((at) => `${x(at.second).toFixed(1)},${y(of(at)).toFixed(1)}`).join(' '),
    }),
  );
  return element('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': title }, [
    ...[0, most / 2, most].flatMap(level),
    moment(0, 'start'),
    moment(Math.round(seconds / 2), 'middle'),
    moment(seconds, 'end'),
    ...lines,
  ]);
}
