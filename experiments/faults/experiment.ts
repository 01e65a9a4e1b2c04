import { type ExperimentBroker } from '../rig/experiment-broker';
import { CountedRound } from './counted-round';
import { type Row, Table } from '../rig/cli/terminal';

export interface Settings {
  readonly place: ExperimentBroker;
  readonly rounds: number;
  readonly jobs: number;
}

/** A job without a record after this long is lost. Several leases long on every broker. */
export const LOST_AFTER_SECONDS = 120;

/** A whole number from `least` to `most`. */
export const randomWhole = (least: number, most: number): number =>
  least + Math.floor(Math.random() * (most - least + 1));

/** Where a row is not as expected, a sentence each. */
export const differences = (row: Row, expected: Row): string[] =>
  Object.entries(expected)
    .filter(([name, value]) => row[name] !== value)
    .map(([name, value]) => `${name} is ${String(row[name])}, not ${value}`);

/** Runs the rounds one after the other, a line of the table each; the folder of a round with a fault is kept and named. */
export async function eachRound(
  { place, rounds }: Settings,
  visibilityTimeoutSeconds: number,
  once: (round: CountedRound) => Promise<{ readonly row: Row; readonly faults: readonly string[] }>,
): Promise<{ readonly table: Table; readonly failures: readonly string[] }> {
  const table = new Table();
  const failures: string[] = [];
  for (let number = 1; number <= rounds; number += 1) {
    const round = await CountedRound.open(place, visibilityTimeoutSeconds);
    const { row, faults } = await once(round);
    table.add({ round: number, ...row });
    failures.push(...faults.map((fault) => `round ${number}: ${fault} (${round.folder})`));
    await round.close(faults.length > 0);
  }
  return { table, failures };
}
