import { RecordRefused } from '../../results/errors';
import { type Held } from './failed-job';
import { type Workplace } from './workplace';

/** Says that a change of many leaves these held letters out. */
export const leftOut = (held: number): string =>
  `${held.toLocaleString('en-US')} held ${held === 1 ? 'one is' : 'ones are'} left out.`;

/** Those of these jobs that are held. Where there are no notes nothing can be. */
export async function heldOf(
  { records }: { readonly records: Pick<Workplace['records'], 'notes'> },
  ids: readonly string[],
): Promise<ReadonlyMap<string, Held>> {
  if (ids.length === 0) return new Map();
  const notes = await records.notes.getMany('hold', ids).catch((error: unknown) => {
    if (error instanceof RecordRefused) return [];
    throw error;
  });
  return new Map(
    notes.map(({ key, at, value }) => [key, { ...(value as Omit<Held, 'at'>), at: new Date(at).toISOString() }]),
  );
}
