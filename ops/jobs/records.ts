import { type JobRecord, type RecordState } from '../../results/records';
import { type Workplace } from './workplace';

const PAGE = 1_000;

/** Which records: those that match everything given here. */
export interface Wanted {
  readonly state: RecordState;
  readonly type?: string | undefined;
  /** Changed then or later; milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** In the error, the input or the result, in upper or lower case. */
  readonly text?: string | undefined;
  readonly limit: number;
}

/** Newest first. With a text, records are read until enough have it. */
export async function listRecords(
  { records }: Pick<Workplace, 'records'>,
  { text, limit, state, type, since }: Wanted,
  signal: AbortSignal,
): Promise<JobRecord[]> {
  const wanted = { state, ...(type !== undefined && { type }), ...(since !== undefined && { since }) };
  const found: JobRecord[] = [];
  let after: string | undefined;
  do {
    const page = await records.list({
      ...wanted,
      limit: text === undefined ? Math.min(PAGE, limit - found.length) : PAGE,
      ...(after !== undefined && { after }),
    });
    found.push(...page.records.filter((record) => text === undefined || has(record, text.toLowerCase())));
    ({ after } = page);
  } while (after !== undefined && found.length < limit && !signal.aborted);
  return found.slice(0, limit);
}

const has = ({ lastError = '', input, result }: JobRecord, text: string): boolean =>
  `${lastError}\n${JSON.stringify(input ?? null)}\n${JSON.stringify(result ?? null)}`.toLowerCase().includes(text);
