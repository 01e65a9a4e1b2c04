import { type BatchResultErrorEntry } from '@aws-sdk/client-sqs';

/** What every batch call of SQS answers; our entries' ids are their positions. */
interface BatchOutput<Success> {
  readonly Successful?: readonly Success[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/** What to answer for the entries of a call. */
interface EntryAnswers<Success, Answer> {
  accepted(entry: Success, position: number): Answer | Error;
  /** SQS will never accept the entry. */
  refused(text: string): Error;
  /** SQS did not accept the entry now, or did not mention it. */
  failed(text: string): Error;
}

/** Answers by position, for `Batcher`. An entry that SQS names neither successful nor failed has failed. */
export function byPosition<Success extends { readonly Id?: string | undefined }, Answer>(
  count: number,
  { Successful, Failed }: BatchOutput<Success>,
  answerOf: EntryAnswers<Success, Answer>,
): (Answer | Error)[] {
  const answers: (Answer | Error | undefined)[] = Array.from({ length: count });
  for (const entry of Successful ?? []) {
    const position = positionOf(entry, count);
    if (position !== undefined) answers[position] = answerOf.accepted(entry, position);
  }
  for (const entry of Failed ?? []) {
    const position = positionOf(entry, count);
    const text = `${entry.Code ?? 'Failed'}: ${entry.Message ?? 'no reason given'}`;
    if (position !== undefined) answers[position] = isRefusal(entry) ? answerOf.refused(text) : answerOf.failed(text);
  }
  // Errors are made only if needed, since each costs its stack.
  return answers.map((answer) => answer ?? answerOf.failed('SQS said nothing of this entry.'));
}

/** Undefined for an id that this call did not have. */
function positionOf({ Id = '' }: { readonly Id?: string | undefined }, count: number): number | undefined {
  const position = Number(Id);
  return Id === String(position) && Number.isInteger(position) && position >= 0 && position < count
    ? position
    : undefined;
}

/** Whether the entry will never be accepted. Throttling also counts as the sender's fault, and passes. */
const isRefusal = ({ SenderFault, Code = '' }: BatchResultErrorEntry): boolean =>
  SenderFault === true && !/throttl/i.test(Code);
