import { euros } from '../rig/page/markup';
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

/** For the shapes of a timeline. */
export const TIMELINE_STYLE = `
.hidden{fill:var(--hidden)}.beat{stroke:var(--text);stroke-width:2;stroke-dasharray:3 2}
.run{fill:var(--run)}.in-run{fill:var(--on-run);font-weight:600}
.dead{fill:var(--dead);stroke:var(--on-dead);stroke-dasharray:4 3}.in-dead{fill:var(--on-dead);font-weight:600}
.pay{fill:var(--pay);stroke:var(--ground);stroke-width:2}`;
