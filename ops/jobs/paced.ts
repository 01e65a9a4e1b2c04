import { setTimeout as wait } from 'node:timers/promises';
import { BATCH } from './look';
import { type Outgoing, sendAll } from './outgoing';
import { sentenceOf, type Workplace } from './workplace';

interface PacedOptions {
  /** Messages a second, at most. */
  readonly rate?: number | undefined;
  readonly signal: AbortSignal;
  /** SQS took the `count` messages from this position on. */
  readonly onSent: (from: number, count: number) => void | Promise<void>;
}

/** Sends one batch after the other, in order, until SQS refuses a message: what is before that was sent. */
export async function sendPaced(
  place: Workplace,
  messages: readonly Outgoing[],
  { rate, signal, onSent }: PacedOptions,
): Promise<{ readonly ended?: string }> {
  const batch = Math.min(BATCH, rate ?? BATCH);
  for (let from = 0; from < messages.length; from += batch) {
    const startedAt = performance.now();
    if (signal.aborted) return { ended: 'it was cancelled' };
    const some = messages.slice(from, from + batch);
    const answers = await sendAll(place, some).catch((error: unknown) => [{ refused: sentenceOf(error) }]);
    const refused = answers.findIndex((answer) => 'refused' in answer);
    const sent = refused === -1 ? some.length : refused;
    try {
      await onSent(from, sent);
    } catch (error) {
      return { ended: sentenceOf(error) };
    }
    const answer = answers[refused];
    if (answer && 'refused' in answer) return { ended: answer.refused };
    const left = rate === undefined ? 0 : startedAt + (some.length / rate) * 1_000 - performance.now();
    if (left > 0) await wait(left, undefined, { signal }).catch(() => undefined);
  }
  return {};
}
