import { setTimeout as wait } from 'node:timers/promises';
import { type JobType } from '../../contract/job-type';
import { ValidBody } from '../../contract/validation';
import { newJobId } from '../../results/job-id';
import { BATCH } from './look';
import { type Outgoing, sendAll } from './outgoing';
import { CannotWork, sentenceOf, type Workplace } from './workplace';

export interface SendOptions {
  readonly group?: string | undefined;
  readonly delaySeconds?: number | undefined;
  /** Jobs a second, at most. */
  readonly rate?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (sent: number) => void;
}

export interface SentJobs {
  /** Of the jobs that SQS accepted, in order. */
  readonly ids: readonly string[];
  /** What ended it before its end. */
  readonly ended?: string;
}

/** The inputs as JSON texts, held against the type's rules; throws `CannotWork` for the first that does not fit. */
export function checkInputs({ input, policy, type }: JobType, texts: readonly string[]): void {
  let line = 0;
  const refuse = (why: string): CannotWork => new CannotWork(`Input ${line} is not valid for ${type}: ${why}`);
  const valid = new ValidBody<object>(input, (faults) =>
    refuse(faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ')),
  );
  for (const text of texts) {
    line += 1;
    if (Buffer.byteLength(text) > policy.sizeLimitBytes)
      throw refuse(`it has ${Buffer.byteLength(text)} bytes, and the type takes up to ${policy.sizeLimitBytes}`);
    valid.transform({ input: jsonIn(text, refuse) });
  }
}

function jsonIn(text: string, refuse: (why: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
}

/** Sends a new job for each input, which were checked. */
export async function sendJobs(
  place: Workplace,
  job: { readonly type: JobType; readonly inputs: readonly string[] },
  options: SendOptions,
): Promise<SentJobs> {
  const { rate, signal } = options;
  const batch = Math.min(BATCH, rate ?? BATCH);
  const ids: string[] = [];
  for (let from = 0; from < job.inputs.length; from += batch) {
    const startedAt = performance.now();
    if (signal.aborted) return { ids, ended: 'it was cancelled' };
    const some = job.inputs.slice(from, from + batch).map((input) => ({ id: newJobId(), input }));
    const messages = some.map((one) => toMessage(job.type, one, { ...options, fifo: place.queue.fifo }));
    const answers = await sendAll(place, messages).catch((error: unknown) => [{ refused: sentenceOf(error) }]);
    for (const [position, answer] of answers.entries()) {
      if ('refused' in answer) return { ids, ended: answer.refused };
      ids.push(some[position]?.id ?? '');
    }
    options.onProgress?.(ids.length);
    const left = rate === undefined ? 0 : startedAt + (some.length / rate) * 1_000 - performance.now();
    if (left > 0) await wait(left, undefined, { signal }).catch(() => undefined);
  }
  return { ids };
}

/** The input stays the text it was: a number that JavaScript cannot hold is for the consumer to judge. */
function toMessage(
  { type, version }: JobType,
  { id, input }: { readonly id: string; readonly input: string },
  { group, delaySeconds, fifo }: SendOptions & { readonly fifo: boolean },
): Outgoing {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    body: `{"id":"${id}","input":${input}}`,
    attributes: { type: text(type), version: text(String(version)) },
    delaySeconds,
    ...(fifo ? { group: group ?? id, deduplicationId: id } : { group }),
  };
}
