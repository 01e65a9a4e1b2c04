import { type Place } from './place';
import { type Findings, type Row } from './report';

export interface Settings {
  readonly place: Place;
  readonly rounds: number;
  readonly jobs: number;
  /** Where to leave a CPU profile, for experiments that measure CPU. */
  readonly profileDir: string | undefined;
}

export interface Experiment {
  readonly rounds: number;
  readonly jobs: number;
  run(settings: Settings): Promise<Findings>;
}

/** How long the jobs of `stop` and `kill` take. */
export const JOB_SECONDS = { least: 0.2, most: 0.5 };

/** No record after this, with nothing in flight any more: lost. Several leases long on every broker. */
export const LOST_AFTER_SECONDS = 120;

/** A whole number from `least` to `most`. */
export const randomWhole = (least: number, most: number): number =>
  least + Math.floor(Math.random() * (most - least + 1));

/** Where a row is not as expected, a sentence each. */
export const differences = (row: Row, expected: Row): string[] =>
  Object.entries(expected)
    .filter(([name, value]) => row[name] !== value)
    .map(([name, value]) => `${name} is ${String(row[name])}, not ${value}`);
