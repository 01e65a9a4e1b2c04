import { type Letter } from './letter';
import { Look } from './look';
import { type Workplace } from './workplace';

/** Looks through the dead-letter queue up to these letters, by MessageId; those that are hidden now are not found. */
export async function findLetters(
  { sqs, deadLetters }: Workplace,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Letter>> {
  const found = new Map<string, Letter>();
  const enough = new AbortController();
  await new Look(sqs, deadLetters.url).through(
    (some) => {
      for (const letter of some) if (wanted.has(letter.messageId)) found.set(letter.messageId, letter);
      if (found.size === wanted.size) enough.abort();
      return Promise.resolve();
    },
    { signal: AbortSignal.any([signal, enough.signal]) },
  );
  return found;
}
