import { AMOUNT } from './grid';
import { BOLD, element, euros, type Markup, plural, widthOf, wrap } from '../rig/page/markup';
import { type Story } from './story';

/** A stretch of time, in seconds, and what is said of it. */
export interface Bar {
  readonly kind: 'hidden' | 'run' | 'dead';
  readonly from: number;
  readonly to: number;
  readonly caption: string;
  /** At its left and right end; left out where there is no room. */
  readonly left: string;
  readonly right: string;
  /** Moments marked on it. */
  readonly marks: readonly number[];
}

const secondsText = (seconds: number): string => `${Number(seconds.toFixed(1))} s`;

/** A message is hidden from each receive to the next one, to its end as a dead letter, or to its deletion. */
function hiddenBar(story: Story, run: number): Bar {
  const { runs, setting, extensions, deadLettered, gone } = story;
  const from = runs[run]?.from ?? 0;
  const next = runs[run + 1]?.from ?? deadLettered;
  const kept = extensions.length > 0;
  const to = next ?? (kept ? gone : Math.min(gone, from + setting.visibilitySeconds));
  const at = secondsText(from);
  const { visibilitySeconds } = setting;
  const received = `${at}: the message is received. Others cannot see it for ${visibilitySeconds} s`;
  const beats = `${plural(extensions.length, 'heartbeat')} ${extensions.length === 1 ? 'says' : 'say'}`;
  const first = kept ? `${received}; ${beats} «${visibilitySeconds} s more».` : `${received}.`;
  const caption = run === 0 ? first : `${at}: not deleted yet, so visible again, so received again.`;
  const left = kept ? '' : 'hidden';
  return { kind: 'hidden', from, to, caption, left, right: '', marks: extensions.filter((mark) => mark < to) };
}

function runBar({ runs, setting, payments, extensions }: Story, run: number): Bar {
  const { from = 0, to = 0 } = runs[run] ?? {};
  const again = run === 0 ? '' : ', of the same transfer';
  const once = extensions.length > 0 ? ', writes that it paid in the same transaction, and deletes the message' : '';
  const caption = `${secondsText(from)}: run ${run + 1} begins${again}. ${setting.workSeconds} s of work, then it pays${once}.`;
  const right = payments[run] === undefined ? '' : `pays ${euros(AMOUNT)}`;
  return { kind: 'run', from, to, caption, left: `run ${run + 1}`, right, marks: right === '' ? [] : [to] };
}

/** What there is to draw of a story, in the order it happened. */
export function barsOf(story: Story): Bar[] {
  const bars = story.runs.flatMap((_, run) => [hiddenBar(story, run), runBar(story, run)]);
  const { deadLettered, setting } = story;
  if (deadLettered === undefined) return bars;
  const working = story.runs.filter(({ from, to }) => from <= deadLettered && to > deadLettered).length;
  const caption = `${secondsText(deadLettered)}: visible again, but the receive limit of ${setting.receiveLimit} is reached: moved to the dead-letter queue.`;
  const right = working > 0 ? `${plural(working, 'run')} ${working === 1 ? 'goes' : 'go'} on` : '';
  return [
    ...bars,
    { kind: 'dead', from: deadLettered, to: horizonOf(story), caption, left: 'dead letter', right, marks: [] },
  ];
}

/** Where the axis ends. */
export const horizonOf = ({ runs, gone }: Story): number => Math.max(gone, ...runs.map(({ to }) => to), 1);

/** What a story comes to. */
export function resultOf({ payments, deadLettered }: Story): string {
  const dead = deadLettered === undefined ? '' : ', and a dead letter';
  return `Paid ${euros(payments.length * AMOUNT)} of ${euros(AMOUNT)}${dead}.`;
}

const SIZE = 14;
const LINE = 18;
const BAR = 24;
const GAP = 12;
const AXIS = 24;
const EDGE = 6;
/** Kept free of text before the end of a bar, where a mark may be. */
const MARK = 12;
/** A caption begins where its bar does, unless that leaves it less than this share of the width. */
const LEAST_SHARE = 0.64;
const STEPS = [1, 2, 5, 10, 20, 50];
const MAX_TICKS = 8;

export interface PlacedText {
  readonly x: number;
  /** The baseline. */
  readonly y: number;
  readonly text: string;
}

export interface PlacedBar {
  readonly kind: Bar['kind'];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly captions: readonly PlacedText[];
  readonly inside: readonly PlacedText[];
  readonly marks: readonly number[];
}

export interface Timeline {
  readonly width: number;
  readonly height: number;
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  readonly bars: readonly PlacedBar[];
}

/** Both texts inside a bar, as far as there is room: the left one first. */
function textsInside({ left, right }: Bar, x: number, width: number): { x: number; text: string }[] {
  const room = width - 2 * EDGE;
  const [leftWidth, rightWidth] = [widthOf(left, SIZE, BOLD), widthOf(right, SIZE, BOLD)];
  const texts: { x: number; text: string }[] = [];
  if (left !== '' && leftWidth <= room) texts.push({ x: x + EDGE, text: left });
  if (right !== '' && leftWidth + rightWidth + MARK <= room) {
    texts.push({ x: x + width - MARK - rightWidth, text: right });
  }
  return texts;
}

/** `horizon`: seconds that the whole width stands for. */
export function layOut(bars: readonly Bar[], width: number, horizon: number): Timeline {
  const scale = (width - 2 * EDGE) / horizon;
  const xOf = (seconds: number): number => Math.round(EDGE + seconds * scale);
  const step = STEPS.find((one) => horizon / one <= MAX_TICKS) ?? horizon;
  const ticks = Array.from({ length: Math.floor(horizon / step) + 1 }, (_, tick) => ({
    x: xOf(tick * step),
    text: `${tick * step} s`,
  }));
  let y = AXIS;
  const placed = bars.map((bar) => {
    const room = Math.max(width - EDGE - xOf(bar.from), (width - 2 * EDGE) * LEAST_SHARE);
    const lines = wrap(bar.caption, SIZE, room);
    const widest = Math.max(...lines.map((line) => widthOf(line, SIZE)));
    const x = xOf(bar.from);
    const textX = Math.max(EDGE, Math.min(x, width - EDGE - widest));
    const captions = lines.map((text, line) => ({ x: textX, y: y + (line + 1) * LINE - 4, text }));
    const top = y + lines.length * LINE + 2;
    y = top + BAR + GAP;
    const barWidth = Math.max(2, xOf(bar.to) - x);
    const inside = textsInside(bar, x, barWidth).map((text) => ({ ...text, y: top + BAR / 2 + 5 }));
    return { kind: bar.kind, x, y: top, width: barWidth, captions, inside, marks: bar.marks.map(xOf) };
  });
  return { width, height: y, ticks, bars: placed };
}

/** So that a label at either end stays inside. */
function anchorOf(x: number, width: number): string {
  if (x < AXIS) return 'start';
  return x > width - AXIS ? 'end' : 'middle';
}

const textAt = ({ x, y, text }: PlacedText, style: string): Markup => element('text', { x, y, class: style }, [text]);

function drawBar({ kind, x, y, width, captions, inside, marks }: PlacedBar): Markup[] {
  const middle = y + BAR / 2;
  const mark = (at: number): Markup =>
    kind === 'run'
      ? element('circle', { cx: at, cy: middle, r: 6, class: 'pay' })
      : element('path', { d: `M${at} ${y}v${BAR}`, class: 'beat' });
  return [
    ...captions.map((caption) => textAt(caption, 'caption')),
    element('rect', { x, y, width, height: BAR, rx: 4, class: kind }),
    ...marks.map(mark),
    ...inside.map((text) => textAt(text, `in-${kind}`)),
  ];
}

/** The shapes, for an SVG whose style knows their classes. */
export function drawTimeline({ width, height, ticks, bars }: Timeline): Markup[] {
  const axis = ticks.flatMap(({ x, text }) => [
    element('path', { d: `M${x} ${AXIS - 6}V${height - GAP}`, class: 'tick' }),
    element('text', { x, y: 13, class: 'axis', 'text-anchor': anchorOf(x, width) }, [text]),
  ]);
  return [...axis, ...bars.flatMap(drawBar)];
}
