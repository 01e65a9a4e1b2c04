import { createHash } from 'node:crypto';

export interface Entry {
  readonly Id: string;
  readonly MessageBody?: string;
  readonly ReceiptHandle?: string;
  readonly [field: string]: unknown;
}

/** A call on its way to the broker, as a rule of the fault proxy sees it. */
export interface SqsCall {
  /** `SendMessageBatch`, `ReceiveMessage`, ... */
  readonly action: string;
  /** How many calls of this action came so far, this one included. */
  readonly nth: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly entries: readonly Entry[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const JSON_TYPE = 'application/x-amz-json-1.0';

export const answerJson = (body: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': JSON_TYPE },
  body: JSON.stringify(body),
});

/** For a rule: the broker's own answer, changed. */
export const edited = (
  edit: (body: never) => unknown,
): { readonly answer: (forward: () => Promise<Answer>) => Promise<Answer> } => ({
  answer: async (forward) => {
    const answer = await forward();
    return answer.status === 200 ? answerJson(edit(JSON.parse(answer.body) as never)) : answer;
  },
});

/** For a rule: SQS refuses the caller. */
export const denied = (): Answer =>
  answerJson({ __type: 'com.amazonaws.sqs#AccessDenied', message: 'not authorized to perform: sqs:sendmessage' }, 403);

/** As SQS throttles: a client fault with a 400. */
export const throttled = (): Answer =>
  answerJson({ __type: 'com.amazonaws.sqs#RequestThrottled', message: 'Rate exceeded' }, 400);

export const unavailable = (): Answer =>
  answerJson({ __type: 'com.amazonaws.sqs#ServiceUnavailable', message: 'Service unavailable' }, 503);

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const succeeded = ({ Id, MessageBody }: Entry): Record<string, string> =>
  MessageBody === undefined ? { Id } : { Id, MessageId: `never-sent-${Id}`, MD5OfMessageBody: md5(MessageBody) };

/** A success for a call that never reached the broker. */
export function pretended({ action, body, entries }: SqsCall): Answer {
  if (action.endsWith('Batch')) return answerJson({ Successful: entries.map(succeeded) });
  const text = body['MessageBody'];
  return answerJson(typeof text === 'string' ? { MessageId: 'never-sent', MD5OfMessageBody: md5(text) } : {});
}

export interface PartialFailure {
  /** The entries to report as failed. */
  readonly failEntries: (entry: Entry, index: number) => boolean;
  /** True: the broker carries them out anyway. False: it never sees them. */
  readonly forwarded?: boolean;
  readonly code?: string;
  readonly senderFault?: boolean;
}

interface BatchAnswer {
  Successful?: { Id: string }[];
  Failed?: { Id: string }[];
}

/** Moves the chosen entries of a batch answer from Successful to Failed. */
export function withFailures(call: SqsCall, answer: Answer, failure: PartialFailure): Answer {
  if (answer.status !== 200) return answer;
  const { code = 'InternalError', senderFault = false } = failure;
  const failed = call.entries.filter((entry, index) => failure.failEntries(entry, index));
  const ids = new Set(failed.map(({ Id }) => Id));
  const { Successful = [], Failed = [] } = JSON.parse(answer.body) as BatchAnswer;
  return answerJson({
    Successful: Successful.filter(({ Id }) => !ids.has(Id)),
    Failed: [
      ...Failed.filter(({ Id }) => !ids.has(Id)),
      ...failed.map(({ Id }) => ({ Id, Code: code, SenderFault: senderFault, Message: 'as the test wants' })),
    ],
  });
}
