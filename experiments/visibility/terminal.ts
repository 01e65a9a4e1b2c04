import { type Row, StatusLine, Table } from '../rig/cli/terminal';
import { CONSUMERS, type ConsumerName, nameOf } from './grid';
import { euros } from '../rig/page/markup';
import { faultsOf, totalOf, type Tally } from './tally';

const FIGURES = 'runs paid dead money';
const columnOf = (consumer: ConsumerName): string => `${consumer}: ${FIGURES}`.padStart(37);

const figuresOf = (tally: Tally): string =>
  [
    faultsOf(tally).length === 0 ? 'ok' : 'X ',
    String(tally.runs).padStart(5),
    String(tally.paid).padStart(5),
    String(tally.earlyDeadLetters + tally.deadLetters).padStart(5),
    euros(tally.moved).padStart(7),
  ].join('');

/** What is seen while the lab runs: a row of the table for each setting at rest, and how far it is. */
export class Terminal {
  private readonly table = new Table();
  private readonly waiting = new Map<string, Tally[]>();
  private readonly status = new StatusLine();

  settled(tally: Tally): void {
    const name = nameOf(tally);
    const known = [...(this.waiting.get(name) ?? []), tally];
    this.waiting.set(name, known);
    if (known.length < CONSUMERS.length) return;
    const row: Record<string, string | number> = {
      'work s': tally.workSeconds,
      'timeout s': tally.visibilitySeconds,
      limit: tally.receiveLimit,
    };
    for (const consumer of CONSUMERS) {
      const own = known.find((one) => one.consumer === consumer);
      if (own) row[columnOf(consumer)] = figuresOf(own);
    }
    this.status.wipe();
    this.table.add(row satisfies Row);
  }

  progress({ seconds, settled, cells }: { seconds: number; settled: number; cells: number }): void {
    this.status.show(`${Math.round(seconds)} s: ${settled} of ${cells} cells at rest`);
  }
}

/** A sentence for each consumer. */
export const summaryOf = (tallies: readonly Tally[]): string[] =>
  CONSUMERS.map((consumer) => {
    const { moved, ordered, paidAgain, earlyDeadLetters, wrongCells, cells } = totalOf(tallies, consumer);
    const figures = `${paidAgain} paid again, ${earlyDeadLetters} dead-lettered though paid`;
    return `${consumer.padEnd(12)} ${euros(moved)} moved of ${euros(ordered)}: ${figures}; ${wrongCells} of ${cells} settings went wrong`;
  });
