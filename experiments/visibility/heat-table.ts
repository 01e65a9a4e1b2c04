import { CONSUMERS, type ConsumerName, type Grid } from './grid';
import { element, type Markup } from '../rig/page/markup';
import { linesOf, shadeOf } from './shade';
import { type Tally } from './tally';

export const CONSUMER_TITLES: Readonly<Record<ConsumerName, string>> = {
  tutorial: "The tutorial's consumer",
  'sqs-consumer': 'sqs-consumer',
  plusone: 'Plusone',
};

export type Found = (workSeconds: number, visibilitySeconds: number) => Tally | undefined;

/** The tallies of one consumer and receive limit, by work time and timeout. */
export const foundBy = (tallies: readonly Tally[], consumer: ConsumerName, receiveLimit: number): Found => {
  const own = tallies.filter((one) => one.consumer === consumer && one.receiveLimit === receiveLimit);
  return (work, visibility) =>
    own.find(({ workSeconds, visibilitySeconds }) => workSeconds === work && visibilitySeconds === visibility);
};

function cell(tally: Tally | undefined): Markup {
  if (!tally) return element('td', {}, ['not run']);
  const [money = '', ...rest] = linesOf(tally);
  const lines = rest.map((line) => element('span', {}, [line]));
  return element('td', { class: `cell-${shadeOf(tally)}` }, [element('strong', {}, [money]), ...lines]);
}

/** One receive limit of one consumer. */
function heatTable(grid: Grid, receiveLimit: number, found: Found): Markup {
  const { workSeconds, visibilitySeconds } = grid;
  const head = [
    element('tr', {}, [
      element('th', { scope: 'col', rowspan: 2 }, ['work']),
      element('th', { scope: 'colgroup', colspan: visibilitySeconds.length }, ['visibility timeout']),
    ]),
    element(
      'tr',
      {},
      visibilitySeconds.map((visibility) => element('th', { scope: 'col' }, [`${visibility} s`])),
    ),
  ];
  const rows = workSeconds.map((work) =>
    element('tr', {}, [
      element('th', { scope: 'row' }, [`${work} s`]),
      ...visibilitySeconds.map((visibility) => cell(found(work, visibility))),
    ]),
  );
  return element('table', { class: 'heat' }, [
    element('caption', {}, [`Receive limit ${receiveLimit}`]),
    element('thead', {}, head),
    element('tbody', {}, rows),
  ]);
}

/** A section for each consumer. */
export function heatSections(
  grid: Grid,
  tallies: readonly Tally[],
  words: Readonly<Record<ConsumerName, string>>,
): Markup[] {
  return CONSUMERS.map((consumer) =>
    element('section', {}, [
      element('h3', {}, [CONSUMER_TITLES[consumer]]),
      element('p', {}, [words[consumer]]),
      element(
        'div',
        { class: 'tables' },
        grid.receiveLimits.map((limit) => heatTable(grid, limit, foundBy(tallies, consumer, limit))),
      ),
    ]),
  );
}
