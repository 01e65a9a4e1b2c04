import { type JobRecord } from '../../results/records';
import { type Case } from './again';
import { describeLetter, type FailedJob, type Filter, matches } from './failed-job';
import { recordsOf } from './failures';
import { Look } from './look';
import { type Depth, depthOf, type Workplace } from './workplace';

export interface Status {
  readonly queue: Depth & { readonly name: string; readonly fifo: boolean };
  readonly deadLetters: Depth & { readonly name: string };
}

export async function statusOf({ sqs, queue, deadLetters }: Workplace): Promise<Status> {
  const [waiting, dead] = await Promise.all([depthOf(sqs, queue), depthOf(sqs, deadLetters)]);
  return {
    queue: { name: queue.name, fifo: queue.fifo, ...waiting },
    deadLetters: { name: deadLetters.name, ...dead },
  };
}

/** A dead letter with all that the message holds. */
export interface OpenLetter extends FailedJob {
  readonly group?: string;
  readonly receives: number;
  readonly sentAt: string;
  readonly firstAt?: string;
  /** Text as the message has it; bytes in base64. */
  readonly attributes: Readonly<Record<string, string>>;
  /** As it came: numbers beyond what JavaScript holds stay whole. */
  readonly body: string;
}

export interface JobDetails {
  readonly record?: JobRecord;
  readonly letters: readonly OpenLetter[];
}

function openLetter({ letter, record }: Case): OpenLetter {
  const { why, group = '', receives, sentAt, body } = letter;
  const attributes = Object.entries(letter.attributes).map(
    ([name, { StringValue, BinaryValue = new Uint8Array() }]) =>
      [name, StringValue ?? Buffer.from(BinaryValue).toString('base64')] as const,
  );
  return {
    ...describeLetter(letter, record),
    ...((why.group ?? letter.group) !== undefined && { group: why.group ?? group }),
    ...(why.firstAt !== undefined && { firstAt: why.firstAt }),
    receives,
    sentAt: new Date(sentAt).toISOString(),
    attributes: Object.fromEntries(attributes),
    body,
  };
}

/** Hands every letter that matches to `take` as it is found, so that none has to be kept. */
export async function exportLetters(
  { sqs, deadLetters, records }: Workplace,
  { filter, signal }: { readonly filter: Filter; readonly signal: AbortSignal },
  take: (letter: OpenLetter) => void,
): Promise<void> {
  await new Look(sqs, deadLetters.url).through(
    async (some) => {
      const known = await recordsOf(records, some);
      for (const letter of some) {
        const record = known.get(letter.jobId);
        if (matches(describeLetter(letter, record), letter.body, filter)) take(openLetter({ letter, record }));
      }
    },
    { signal },
  );
}

/** Looks through the dead-letter queue up to the job's letter; one that is hidden now is not found. */
export async function showJob({ sqs, deadLetters, records }: Workplace, id: string): Promise<JobDetails> {
  const record = await records.get(id);
  const letters: OpenLetter[] = [];
  const enough = new AbortController();
  await new Look(sqs, deadLetters.url).through(
    (some) => {
      const found = some.filter(({ jobId }) => jobId === id);
      letters.push(...found.map((letter) => openLetter({ letter, record })));
      if (found.length > 0) enough.abort();
      return Promise.resolve();
    },
    { signal: enough.signal },
  );
  return { letters, ...(record && { record }) };
}
