import { AMOUNT, type ConsumerName, type Setting } from './grid';

/** What was seen of a cell once it had come to rest. */
export interface Seen {
  readonly ordered: readonly string[];
  /** Job ids, one for each run, booking and dead letter. */
  readonly runs: readonly string[];
  readonly bookings: readonly string[];
  readonly deadLetters: readonly string[];
  readonly moved: number;
  readonly left: number;
}

/** The figures of one consumer under one setting. */
export interface Tally extends Setting {
  readonly consumer: ConsumerName;
  readonly transfers: number;
  readonly runs: number;
  /** Bookings: one for each transfer would be right. */
  readonly paid: number;
  readonly paidAgain: number;
  readonly unpaid: number;
  /** Dead letters of transfers that were paid anyway. */
  readonly earlyDeadLetters: number;
  /** Dead letters of transfers never paid. */
  readonly deadLetters: number;
  readonly ordered: number;
  readonly moved: number;
  /** Messages left in the queue when the time was up. */
  readonly left: number;
}

export function tally(consumer: ConsumerName, setting: Setting, seen: Seen): Tally {
  const { workSeconds, visibilitySeconds, receiveLimit } = setting;
  const paid = new Set(seen.bookings);
  const early = seen.deadLetters.filter((id) => paid.has(id)).length;
  return {
    consumer,
    ...{ workSeconds, visibilitySeconds, receiveLimit },
    transfers: seen.ordered.length,
    runs: seen.runs.length,
    paid: seen.bookings.length,
    paidAgain: seen.bookings.length - paid.size,
    unpaid: seen.ordered.filter((id) => !paid.has(id)).length,
    earlyDeadLetters: early,
    deadLetters: seen.deadLetters.length - early,
    ordered: seen.ordered.length * AMOUNT,
    moved: seen.moved,
    left: seen.left,
  };
}

/** What is wrong with a cell; empty when each transfer was paid once and nothing else happened. */
export function faultsOf({ paidAgain, unpaid, earlyDeadLetters, deadLetters, left, ordered, moved }: Tally): string[] {
  const faults = [
    { count: paidAgain, text: 'paid again' },
    { count: unpaid, text: 'not paid' },
    { count: earlyDeadLetters, text: 'dead-lettered though paid' },
    { count: deadLetters, text: 'dead-lettered' },
    { count: left, text: 'left in the queue' },
  ].flatMap(({ count, text }) => (count > 0 ? [`${count} ${text}`] : []));
  if (faults.length === 0 && moved !== ordered) faults.push(`${moved} moved of ${ordered}`);
  return faults;
}

export interface Total {
  readonly cells: number;
  readonly wrongCells: number;
  readonly transfers: number;
  readonly runs: number;
  readonly paidAgain: number;
  readonly earlyDeadLetters: number;
  readonly ordered: number;
  readonly moved: number;
}

export function totalOf(tallies: readonly Tally[], consumer: ConsumerName): Total {
  const own = tallies.filter((one) => one.consumer === consumer);
  const sum = (of: (one: Tally) => number): number => own.reduce((all, one) => all + of(one), 0);
  return {
    cells: own.length,
    wrongCells: own.filter((one) => faultsOf(one).length > 0).length,
    transfers: sum(({ transfers }) => transfers),
    runs: sum(({ runs }) => runs),
    paidAgain: sum(({ paidAgain }) => paidAgain),
    earlyDeadLetters: sum(({ earlyDeadLetters }) => earlyDeadLetters),
    ordered: sum(({ ordered }) => ordered),
    moved: sum(({ moved }) => moved),
  };
}

/** What an experiment that shows nothing, or something of ours that is off, is told by. */
export function disappointments(tallies: readonly Tally[]): string[] {
  const off = tallies
    .filter(({ consumer }) => consumer === 'plusone')
    .flatMap((one) => {
      const faults = faultsOf(one);
      const where = `work ${one.workSeconds} s, timeout ${one.visibilitySeconds} s, limit ${one.receiveLimit}`;
      return faults.length === 0 ? [] : [`plusone, ${where}: ${faults.join(', ')}`];
    });
  const doubled = tallies.some(({ consumer, paidAgain }) => consumer === 'tutorial' && paidAgain > 0);
  return doubled ? off : [...off, 'the consumer of the tutorial paid nothing twice, so nothing was shown'];
}
