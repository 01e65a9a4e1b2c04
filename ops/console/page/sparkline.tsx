import { type JSX } from 'preact';
import { count } from './format';
import { CHART_MS, type Point } from './live';

const WIDTH = 240;
const HEIGHT = 36;
/** What a page that was just opened draws over its whole width. */
const MIN_MS = 60_000;

interface SparklineProps {
  readonly name: string;
  readonly points: readonly Point[];
  readonly value: (point: Point) => number | undefined;
}

/** The last minutes of one number. A moment without an answer is a gap. */
export function Sparkline({ name, points, value }: SparklineProps): JSX.Element {
  const known = points.map(value).filter((one) => one !== undefined);
  const max = Math.max(1, ...known);
  const now = points.at(-1)?.at ?? 0;
  const span = Math.min(CHART_MS, Math.max(MIN_MS, now - (points[0]?.at ?? now)));
  const from = now - span;
  let path = '';
  let pen = 'M';
  for (const point of points) {
    const one = value(point);
    if (one === undefined) {
      pen = 'M';
      continue;
    }
    const x = ((point.at - from) / span) * WIDTH;
    const y = HEIGHT - 2 - (one / max) * (HEIGHT - 4);
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  }
  const range =
    known.length === 0 ? 'no number yet' : `from ${count(Math.min(...known))} to ${count(Math.max(...known))}`;
  const label = `${name} over the last 10 minutes: ${range}`;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      <path class="base" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      <path d={path} />
    </svg>
  );
}

export function rangeOf(points: readonly Point[], value: (point: Point) => number | undefined): string {
  const known = points.map(value).filter((one) => one !== undefined);
  if (known.length === 0) return '';
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return low === high ? `steady at ${count(low)}` : `${count(low)} to ${count(high)}`;
}
