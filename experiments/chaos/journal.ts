import { existsSync, readFileSync } from 'node:fs';

/** An entry that a consumer writes into its journal. */
export type Entry =
  /** A run of the handler begins. */
  | { readonly kind: 'run'; readonly job: string; readonly number: number; readonly pid: number }
  /** The store has answered `once`. */
  | { readonly kind: 'once'; readonly job: string; readonly outcome: string; readonly pid: number }
  | { readonly kind: 'settled'; readonly job: string; readonly action: string; readonly run: boolean };

/** Effects that consumers know of; cheap enough to ask for every other second. */
export const countRecorded = (path: string): number =>
  existsSync(path) ? readFileSync(path, 'utf8').split('"outcome":"recorded"').length - 1 : 0;
