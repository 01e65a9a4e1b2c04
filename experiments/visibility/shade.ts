import { euros } from './markup';
import { faultsOf, type Tally } from './tally';

/** How wrong a cell is; a name for its colour. */
export type Shade = 'right' | 'dead' | 'twice' | 'often' | 'unpaid';

const OFTEN = 2.5;

export function shadeOf(tally: Tally): Shade {
  if (faultsOf(tally).length === 0) return 'right';
  const { unpaid, paidAgain, moved, ordered } = tally;
  if (unpaid > 0) return 'unpaid';
  if (paidAgain === 0) return 'dead';
  return moved / ordered < OFTEN ? 'twice' : 'often';
}

const SIGN: Readonly<Record<Shade, string>> = { right: '✓', dead: '!', twice: '✗', often: '✗', unpaid: '✗' };

/** The figures of a cell, the most telling first; readable without its colour. */
export function linesOf(tally: Tally): string[] {
  const { runs, paid, moved, earlyDeadLetters, deadLetters, left } = tally;
  const dead = earlyDeadLetters + deadLetters;
  return [
    `${SIGN[shadeOf(tally)]} ${euros(moved)}`,
    `${runs} runs`,
    `${paid} paid`,
    ...(dead > 0 ? [`${dead} dead`] : []),
    ...(left > 0 ? [`${left} left`] : []),
  ];
}

/** The variables of every colour, `light` and `dark`; contrast of text on its ground at least 4.5. */
const COLOURS: readonly (readonly [name: string, light: string, dark: string])[] = [
  ['ground', '#ffffff', '#14171c'],
  ['card', '#f4f5f7', '#1e232a'],
  ['text', '#1b1f24', '#e8eaed'],
  ['faint', '#5a6370', '#a3acb8'],
  ['line', '#d5d9df', '#39414c'],
  ['right', '#d9ecf7', '#173a4f'],
  ['on-right', '#0b3a55', '#c9e8fa'],
  ['dead', '#fbe6b4', '#4d3b0c'],
  ['on-dead', '#4a3500', '#ffe3a0'],
  ['twice', '#f6b48f', '#7d3413'],
  ['on-twice', '#431600', '#ffe0d0'],
  ['often', '#b3321c', '#c8432b'],
  ['on-often', '#ffffff', '#ffffff'],
  ['run', '#27598c', '#5b9bd8'],
  ['on-run', '#ffffff', '#0c1622'],
  ['hidden', '#d5dae1', '#3c4654'],
  ['pay', '#f2b632', '#f2b632'],
];

const declare = (of: (row: (typeof COLOURS)[number]) => string): string =>
  COLOURS.map((row) => `--${row[0]}:${of(row)}`).join(';');

/** For a page and for a picture alike; `root` is the element that holds the variables. */
export const colours = (root: string): string => `
${root}{${declare(([, light]) => light)}}
@media (prefers-color-scheme:dark){${root}{${declare(([, , dark]) => dark)}}}`;

/** For the shapes of a timeline. */
export const TIMELINE_STYLE = `
text{font:14px system-ui,-apple-system,'Segoe UI',sans-serif;fill:var(--text)}
.axis{fill:var(--faint);font-size:12px}.tick{stroke:var(--line);fill:none}
.hidden{fill:var(--hidden)}.beat{stroke:var(--text);stroke-width:2;stroke-dasharray:3 2}
.run{fill:var(--run)}.in-run{fill:var(--on-run);font-weight:600}
.dead{fill:var(--dead);stroke:var(--on-dead);stroke-dasharray:4 3}.in-dead{fill:var(--on-dead);font-weight:600}
.pay{fill:var(--pay);stroke:var(--ground);stroke-width:2}`;
