import { htmlDocument } from '../rig/page/document';
import { type Findings } from './findings';
import { AMOUNT, CONSUMERS, type ConsumerName } from './grid';
import { CONSUMER_TITLES, heatSections } from './heat-table';
import { element, euros, type Markup, paragraph, plural, tile } from '../rig/page/markup';
import { PAGE_STYLE } from './page-style';
import { type Story } from './story';
import { totalOf, type Total } from './tally';
import { barsOf, drawTimeline, horizonOf, layOut, resultOf } from './timeline';
import { ADVICE, CONSUMER_WORDS, EXPLANATION, LEGEND, measured } from './words';

/** Narrow enough for a phone; two side by side fill the page. */
const TIMELINE_WIDTH = 540;
const PHONE_WIDTH = 350;

function tileOf(consumer: ConsumerName, total: Total): Markup {
  const { ordered, moved, paidAgain, earlyDeadLetters, wrongCells, cells } = total;
  const words = [
    `of ${euros(ordered)} ordered. ${plural(paidAgain, 'payment')} too many.`,
    `${plural(earlyDeadLetters, 'dead letter')} for transfers that were paid.`,
    paragraph(`${wrongCells} of ${plural(cells, 'setting')} went wrong.`, 'faint'),
  ];
  return tile(`${euros(moved)} moved`, words, CONSUMER_TITLES[consumer]);
}

function timeline(story: Story, horizon: number, title: string): Markup {
  const drawn = [TIMELINE_WIDTH, PHONE_WIDTH].map((width) => {
    const placed = layOut(barsOf(story), width, horizon);
    const size = { viewBox: `0 0 ${placed.width} ${placed.height}`, role: 'img', 'aria-label': title };
    return element('svg', { ...size, class: width === PHONE_WIDTH ? 'on-phone' : 'on-desk' }, drawTimeline(placed));
  });
  return element('div', {}, [element('h3', {}, [title]), ...drawn, paragraph(resultOf(story))]);
}

function stories({ tutorial, plusone }: Findings['stories']): Markup[] {
  const { workSeconds, visibilitySeconds } = tutorial.setting;
  const horizon = Math.max(horizonOf(tutorial), horizonOf(plusone));
  return [
    element('h2', {}, [`One transfer, ${workSeconds} s of work, a timeout of ${visibilitySeconds} s`]),
    paragraph('As it happened in this run; the moments are measured. Time goes from left to right.', 'faint'),
    element('div', { class: 'pair' }, [
      timeline(tutorial, horizon, CONSUMER_TITLES.tutorial),
      timeline(plusone, horizon, CONSUMER_TITLES.plusone),
    ]),
  ];
}

function legend(): Markup {
  return element(
    'ul',
    { class: 'legend' },
    LEGEND.map(([shade, text]) => element('li', { class: `cell-${shade}` }, [text])),
  );
}

function gridSection({ grid, tallies }: Findings): Markup[] {
  const text =
    `Each cell is a queue of its own, on which ${plural(grid.transfers, 'transfer')} of ${euros(AMOUNT)} each ` +
    `${grid.transfers === 1 ? 'was' : 'were'} ordered: ${euros(grid.transfers * AMOUNT)} should move, in ` +
    `${grid.transfers} payments. A cell says how much did move, how often the work ran, how many payments were booked, ` +
    'and how many messages ended as dead letters.';
  const { receiveLimits } = grid;
  const limit =
    receiveLimits.length === 1
      ? ''
      : ' The receive limit is how often a message may be received before the queue moves it to the dead-letter queue.';
  return [
    element('h2', {}, ['Every combination']),
    paragraph(text + limit),
    legend(),
    ...heatSections(grid, tallies, CONSUMER_WORDS),
  ];
}

const MEDIA = '.on-phone{display:none}@media (max-width:460px){.on-phone{display:block}.on-desk{display:none}}';

/** The report: one file that needs nothing else, and holds the findings it was made of. */
export function page(findings: Findings): string {
  const title = 'What a wrong visibility timeout does to a money transfer';
  const totals = CONSUMERS.map((consumer) => tileOf(consumer, totalOf(findings.tallies, consumer)));
  const body = [
    element('h1', {}, [title]),
    ...EXPLANATION.map((text) => paragraph(text)),
    element('div', { class: 'tiles' }, totals),
    ...stories(findings.stories),
    ...gridSection(findings),
    element('h2', {}, ['What to do in your own queue']),
    element(
      'ol',
      {},
      ADVICE.map((text) => element('li', {}, [text])),
    ),
    element('h2', {}, ['How this was measured']),
    ...measured(findings).map((text) => paragraph(text, 'faint')),
  ];
  return htmlDocument({ title, style: PAGE_STYLE + MEDIA, body, findings });
}
