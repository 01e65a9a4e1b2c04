import { type JobRecord } from '../../results/records';
import { type Case } from './again';
import { type AuditEntry, auditOfJob } from './audit';
import { describeLetter, type FailedJob, type Filter, matches } from './failed-job';
import { recordsOf } from './failures';
import { heldOf } from './held';
import { type Happening, historyOf } from './history';
import { type Letter } from './letter';
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

/** A dead letter with all that the message holds, and all that `import` needs to send it. */
export interface OpenLetter extends FailedJob {
  readonly group?: string;
  readonly receives: number;
  readonly sentAt: string;
  readonly firstAt?: string;
  /** Text as the message has it; bytes in base64. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of those that are not of the type String. */
  readonly attributeTypes?: Readonly<Record<string, string>>;
  readonly traceHeader?: string;
  /** As it came: numbers beyond what JavaScript holds stay whole. */
  readonly body: string;
}

export interface JobDetails {
  readonly record?: JobRecord;
  readonly letters: readonly OpenLetter[];
  /** Oldest first. */
  readonly history: readonly Happening[];
}

function openLetter({ letter, record, held }: Case): OpenLetter {
  const { why, receives, sentAt, body, traceHeader } = letter;
  const group = why.group ?? letter.group;
  return {
    ...describeLetter(letter, record, held),
    ...(group !== undefined && { group }),
    ...(why.firstAt !== undefined && { firstAt: why.firstAt }),
    receives,
    sentAt: new Date(sentAt).toISOString(),
    ...attributesOf(letter),
    ...(traceHeader !== undefined && { traceHeader }),
    body,
  };
}

function attributesOf({ attributes }: Letter): Pick<OpenLetter, 'attributes' | 'attributeTypes'> {
  const all = Object.entries(attributes);
  const texts = all.map(
    ([name, { StringValue, BinaryValue = new Uint8Array() }]) =>
      [name, StringValue ?? Buffer.from(BinaryValue).toString('base64')] as const,
  );
  const types = all.flatMap(([name, { DataType = 'String' }]) => (DataType === 'String' ? [] : [[name, DataType]]));
  return {
    attributes: Object.fromEntries(texts),
    ...(types.length > 0 && { attributeTypes: Object.fromEntries(types) as Record<string, string> }),
  };
}

/**
 * Hands every letter that matches to `take` as it is found, so that none has to be kept. Resolves to how many letters were
 * hidden when it began, approximately.
 */
export async function exportLetters(
  place: Workplace,
  { filter, signal }: { readonly filter: Filter; readonly signal: AbortSignal },
  take: (letter: OpenLetter) => void,
): Promise<number> {
  return new Look(place.sqs, place.deadLetters.url).through(
    async (some) => {
      for (const one of await casesOf(place, some)) {
        const { letter, record, held } = one;
        if (matches(describeLetter(letter, record, held), letter.body, filter)) take(openLetter(one));
      }
    },
    { signal },
  );
}

async function casesOf(place: Workplace, letters: readonly Letter[]): Promise<Case[]> {
  const ids = letters.map(({ jobId }) => jobId);
  const [records, held] = await Promise.all([recordsOf(place.records, letters), heldOf(place, ids)]);
  return letters.map((letter) => ({ letter, record: records.get(letter.jobId), held: held.get(letter.jobId) }));
}

/** Looks through the dead-letter queue up to the job's letter; one that is hidden now is not found. */
export async function showJob(place: Workplace, id: string): Promise<JobDetails> {
  const { sqs, deadLetters, records } = place;
  const [record, changes] = await Promise.all([records.get(id), auditOfJob(place, id)]);
  const found: Case[] = [];
  const enough = new AbortController();
  await new Look(sqs, deadLetters.url).through(
    async (some) => {
      found.push(
        ...(await casesOf(
          place,
          some.filter(({ jobId }) => jobId === id),
        )),
      );
      if (found.length > 0) enough.abort();
    },
    { signal: enough.signal },
  );
  return detailsOf(id, { record, found, changes });
}

function detailsOf(
  id: string,
  {
    record,
    found,
    changes,
  }: {
    readonly record: JobRecord | undefined;
    readonly found: readonly Case[];
    readonly changes: readonly AuditEntry[];
  },
): JobDetails {
  const history = historyOf(id, { record, letters: found.map(({ letter }) => letter), changes });
  return { letters: found.map(openLetter), ...(record && { record }), history };
}
