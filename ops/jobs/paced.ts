import { setTimeout as wait } from 'node:timers/promises';
import { BATCH } from './look';
import { type Outgoing, sendAll } from './outgoing';
import { CANCELLED, sentenceOf, type Workplace } from './workplace';

interface PacedOptions {
  /** Limits the messages a second. */
  readonly rate?: number | undefined;
  readonly signal: AbortSignal;
  /** SQS took the messages at these positions. */
  readonly onSent: (positions: readonly number[]) => void | Promise<void>;
}

export interface PacedEnd {
  /** Why it ended early. */
  readonly ended?: string;
  /** The position of the first message that was not sent. Others of its call may have been sent. */
  readonly unsent?: number;
}

/** Sends one batch after the other, in order, until SQS refuses a message. */
export async function sendPaced(
  place: Workplace,
  messages: readonly Outgoing[],
  { rate, signal, onSent }: PacedOptions,
): Promise<PacedEnd> {
  const batch = Math.min(BATCH, rate ?? BATCH);
  for (let from = 0; from < messages.length; from += batch) {
    const startedAt = performance.now();
    if (signal.aborted) return { ended: CANCELLED, unsent: from };
    const some = messages.slice(from, from + batch);
    const answers = await sendAll(place, some).catch((error: unknown) => [{ refused: sentenceOf(error) }]);
    const refused = answers.findIndex((answer) => 'refused' in answer);
    const unsent = from + (refused === -1 ? some.length : refused);
    try {
      await onSent(answers.flatMap((answer, nth) => ('messageId' in answer ? from + nth : [])));
    } catch (error) {
      return { ended: sentenceOf(error), unsent };
    }
    const answer = answers[refused];
    if (answer && 'refused' in answer) return { ended: answer.refused, unsent };
    const left = rate === undefined ? 0 : startedAt + (some.length / rate) * 1_000 - performance.now();
    if (left > 0) await wait(left, undefined, { signal }).catch(() => undefined);
  }
  return {};
}
