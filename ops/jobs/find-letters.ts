import { type Letter } from './letter';
import { Look } from './look';
import { type Workplace } from './workplace';

interface Sought {
  readonly isSought: (letter: Letter) => boolean;
  /** The look ends once it has met that many. */
  readonly count: number;
  readonly signal?: AbortSignal | undefined;
}

/** Looks through the dead-letter queue for these letters; those that are hidden now are not found. */
export async function findLetters(
  { sqs, deadLetters }: Workplace,
  { isSought, count, signal }: Sought,
): Promise<readonly Letter[]> {
  const found: Letter[] = [];
  const enough = new AbortController();
  await new Look(sqs, deadLetters.url).through(
    (some) => {
      found.push(...some.filter(isSought));
      if (found.length >= count) enough.abort();
      return Promise.resolve();
    },
    { signal: signal ? AbortSignal.any([signal, enough.signal]) : enough.signal },
  );
  return found;
}
