import { type Findings } from './findings';
import { AMOUNT, CONSUMERS, type ConsumerName } from './grid';
import { CONSUMER_TITLES, foundBy } from './heat-table';
import { element, euros, Markup, plural } from '../rig/page/markup';
import { CHART_STYLE, colours } from '../rig/page/style';
import { linesOf, shadeOf, TIMELINE_STYLE } from './shade';
import { totalOf } from './tally';
import { barsOf, drawTimeline, horizonOf, layOut, resultOf } from './timeline';

const WIDTH = 900;
const MARGIN = 24;
const GUTTER = 24;
const HEADING = 30;
const CELL_HEIGHT = 44;
const ROW_LABEL = 36;
const FOOT = 42;

const STYLE = `${colours('svg')}${CHART_STYLE}${TIMELINE_STYLE}
.title{font-size:19px;font-weight:700}.head{font-size:16px;font-weight:700}.result{font-size:15px;font-weight:700}.small{fill:var(--faint);font-size:13px}
.ground{fill:var(--ground);stroke:var(--line)}
${(['right', 'dead', 'twice', 'often'] as const)
  .map(
    (shade) =>
      `.cell-${shade}{fill:var(--${shade})}.text-${shade}{fill:var(--on-${shade});font-weight:600;font-size:12.5px}`,
  )
  .join('')}.cell-unpaid{fill:var(--text)}.text-unpaid{fill:var(--ground)}.text-below{font-size:12px;font-weight:400}`;

interface Spot {
  readonly x: number;
  readonly y: number;
}

const text = ({ x, y }: Spot, style: string, words: string): Markup => element('text', { x, y, class: style }, [words]);

const move = ({ x, y }: Spot, content: readonly Markup[]): Markup =>
  element('g', { transform: `translate(${x} ${y})` }, content);

/** One cell: money, and dead letters below it. */
function cell({ x, y }: Spot, width: number, tally: Findings['tallies'][number] | undefined): Markup[] {
  if (!tally) return [];
  const shade = shadeOf(tally);
  const lines = linesOf(tally).flatMap((line) => (/runs|paid/.test(line) ? [] : [line.replace(/^[✗!] /, '')]));
  const middle = x + width / 2;
  return [
    element('rect', { x, y, width: width - 3, height: CELL_HEIGHT - 3, rx: 4, class: `cell-${shade}` }),
    ...lines.slice(0, 2).map((line, index) => {
      const at = y + (lines.length === 1 ? CELL_HEIGHT / 2 + 4 : 18 + index * 16);
      const style = `text-${shade}${index > 0 ? ' text-below' : ''}`;
      return element('text', { x: middle - 1, y: at, class: style, 'text-anchor': 'middle' }, [line]);
    }),
  ];
}

function heatMap(findings: Findings, consumer: ConsumerName, width: number): Markup[] {
  const { grid, tallies } = findings;
  const limit = Math.max(...grid.receiveLimits);
  const found = foundBy(tallies, consumer, limit);
  const total = totalOf(
    tallies.filter(({ receiveLimit }) => receiveLimit === limit),
    consumer,
  );
  const cellWidth = (width - ROW_LABEL) / grid.visibilitySeconds.length;
  const xOf = (column: number): number => ROW_LABEL + column * cellWidth;
  const columns = grid.visibilitySeconds.map((seconds, column) =>
    element('text', { x: xOf(column) + cellWidth / 2, y: 62, class: 'small', 'text-anchor': 'middle' }, [
      `${seconds} s`,
    ]),
  );
  const rows = grid.workSeconds.flatMap((work, row) => [
    text({ x: 0, y: 70 + row * CELL_HEIGHT + CELL_HEIGHT / 2 + 3 }, 'small', `${work} s`),
    ...grid.visibilitySeconds.flatMap((visibility, column) =>
      cell({ x: xOf(column), y: 70 + row * CELL_HEIGHT }, cellWidth, found(work, visibility)),
    ),
  ]);
  return [
    text({ x: 0, y: 18 }, 'head', CONSUMER_TITLES[consumer]),
    text({ x: 0, y: 40 }, '', `${euros(total.moved)} moved of ${euros(total.ordered)}`),
    ...columns,
    ...rows,
  ];
}

/** The stories side by side; the height they take is the second of the pair. */
function stories({ stories: { tutorial, plusone } }: Findings): [Markup[], number] {
  const horizon = Math.max(horizonOf(tutorial), horizonOf(plusone));
  const width = (WIDTH - 2 * MARGIN - GUTTER) / 2;
  const drawn = [tutorial, plusone].map((story) => layOut(barsOf(story), width, horizon));
  const height = Math.max(...drawn.map((one) => one.height));
  const groups = drawn.flatMap((one, column) => {
    const x = column * (width + GUTTER);
    const consumer = column === 0 ? 'tutorial' : 'plusone';
    return [
      text({ x, y: 16 }, 'head', CONSUMER_TITLES[consumer]),
      move({ x, y: HEADING }, drawTimeline(one)),
      text({ x, y: HEADING + height + 16 }, 'result', resultOf(column === 0 ? tutorial : plusone)),
    ];
  });
  return [groups, HEADING + height + 16];
}

const footer = ({ startedAt, seconds }: Findings): string =>
  `Measured on ${startedAt.slice(0, 10)}, in ${seconds} s, by npm run lab.`;

/** The report in one picture, legible on a light page and on a dark one. */
export function picture(findings: Findings): string {
  const { grid } = findings;
  const { workSeconds, visibilitySeconds, receiveLimit } = findings.stories.tutorial.setting;
  const [drawn, storiesHeight] = stories(findings);
  const mapsTop = 64 + storiesHeight + 52;
  const mapWidth = (WIDTH - 2 * MARGIN - 2 * GUTTER) / CONSUMERS.length;
  const height = mapsTop + 92 + grid.workSeconds.length * CELL_HEIGHT + FOOT;
  const ordered = plural(grid.transfers, 'transfer');
  const content = [
    element('style', {}, [new Markup(STYLE)]),
    element('rect', { x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, rx: 10, class: 'ground' }),
    text(
      { x: MARGIN, y: 36 },
      'title',
      `A money transfer: ${workSeconds} s of work, a visibility timeout of ${visibilitySeconds} s, a receive limit of ${receiveLimit}`,
    ),
    move({ x: MARGIN, y: 58 }, drawn),
    text(
      { x: MARGIN, y: mapsTop },
      'head',
      `Work time in rows, timeout in columns, a receive limit of ${Math.max(...grid.receiveLimits)}: ${ordered} of ${euros(AMOUNT)} in each cell`,
    ),
    ...CONSUMERS.map((consumer, column) =>
      move({ x: MARGIN + column * (mapWidth + GUTTER), y: mapsTop + 18 }, heatMap(findings, consumer, mapWidth)),
    ),
    text({ x: MARGIN, y: height - 18 }, 'small', footer(findings)),
  ];
  const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
  const label = 'What a wrong visibility timeout does to a money transfer, with three consumers';
  const svg = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, role: 'img', 'aria-label': label },
    content,
  );
  return `${svg.text}\n`;
}
