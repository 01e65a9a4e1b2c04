import { Audit, operator, type Unnoted } from './audit';
import { type Filter } from './failed-job';
import { findFailures } from './failures';
import { heldOf } from './held';
import { CANCELLED, sentenceOf, type Workplace } from './workplace';

const MAX_AT_ONCE = 20;
/** Limits how many notes are read at once: a store lists no more. */
export const MAX_LISTED = 1_000;

export interface HoldOptions {
  readonly filter: Filter;
  /** MessageIds of the letters that were confirmed; undefined for all that match. */
  readonly confirmed?: ReadonlySet<string> | undefined;
  readonly note?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => void;
  /** Jobs that were changed just now. */
  readonly onChanged?: (ids: readonly string[]) => void;
}

export interface HoldEnd extends Unnoted {
  readonly changed: number;
  /** Jobs that were named, and of which there is no dead letter to be seen, or which are not held. */
  readonly missing: readonly string[];
  readonly ended?: string;
}

/**
 * Holds dead letters: each stays in its queue, as long as that keeps it, and is left out by every retry, delete and
 * purge that does not name its job.
 */
export async function holdLetters(place: Workplace, options: HoldOptions): Promise<HoldEnd> {
  const { filter, confirmed, signal } = options;
  const { jobs } = await findFailures(place, filter, { signal });
  const wanted = jobs.filter(({ letter }) => letter !== undefined && (confirmed?.has(letter) ?? true));
  const ids = wanted.map(({ id }) => id);
  return holdJobs(place, ids, options);
}

/** For callers that have seen the letters of these jobs: nothing is looked for. */
export function holdJobs(place: Workplace, ids: readonly string[], options: HoldOptions): Promise<HoldEnd> {
  const { note } = options;
  const value = { who: operator(), ...(note !== undefined && { note }) };
  return change(place, { what: 'hold', ids, options }, (key) =>
    place.records.notes.put({ kind: 'hold', key, at: Date.now(), value }),
  );
}

/** Releases letters, which are then like any others. */
export async function releaseLetters(place: Workplace, options: HoldOptions): Promise<HoldEnd> {
  const { ids: named, ...rest } = options.filter;
  const narrow = Object.values(rest).some((one) => one !== undefined) || options.confirmed !== undefined;
  const all = narrow || named !== undefined ? [] : await place.records.notes.list('hold', MAX_LISTED);
  const ids = narrow ? await heldIds(place, options) : (named ?? all.map(({ key }) => key));
  const held = await heldOf(place, ids);
  const end = await change(place, { what: 'release', ids: [...held.keys()], options }, (key) =>
    place.records.notes.remove('hold', key),
  );
  return all.length < MAX_LISTED ? end : { ended: 'more may be held: run it again', ...end };
}

async function heldIds(place: Workplace, { filter, confirmed, signal }: HoldOptions): Promise<string[]> {
  const { jobs } = await findFailures(place, { ...filter, held: true }, { signal });
  return jobs.filter(({ letter = '' }) => confirmed?.has(letter) ?? true).map(({ id }) => id);
}

interface Meant {
  readonly what: 'hold' | 'release';
  readonly ids: readonly string[];
  readonly options: HoldOptions;
}

async function change(place: Workplace, meant: Meant, one: (id: string) => Promise<void>): Promise<HoldEnd> {
  const { what, options } = meant;
  const { filter, note, signal, onProgress, onChanged } = options;
  const ids = [...new Set(meant.ids)];
  const missing = (filter.ids ?? []).filter((id) => !ids.includes(id));
  if (ids.length === 0) return { changed: 0, missing, ...(signal.aborted && { ended: CANCELLED }) };
  const audit = await Audit.begin(place, { what, filter, note });
  const changed: string[] = [];
  const ended = await eachOf(ids, signal, async (some) => {
    await Promise.all(some.map(one));
    changed.push(...some);
    onChanged?.(some);
    onProgress?.(changed.length);
  });
  const unnoted = await audit.end({ count: changed.length, ids: changed, ended });
  return { changed: changed.length, missing, ...(ended !== undefined && { ended }), ...unnoted };
}

/** Resolves to what ended it before its end. */
async function eachOf(
  ids: readonly string[],
  signal: AbortSignal,
  act: (some: readonly string[]) => Promise<void>,
): Promise<string | undefined> {
  try {
    for (let from = 0; from < ids.length && !signal.aborted; from += MAX_AT_ONCE)
      await act(ids.slice(from, from + MAX_AT_ONCE));
    return signal.aborted ? CANCELLED : undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}
