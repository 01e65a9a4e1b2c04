import { createHash } from 'node:crypto';
import { DEFAULT_TYPE } from '../../contract/job';
import { payloadHash } from '../../results/payload-hash';
import { type JobRecord } from '../../results/records';
import { Audit, type Unnoted } from './audit';
import { type Incoming, readLines } from './import-lines';
import { type Outgoing } from './outgoing';
import { sendPaced } from './paced';
import { CannotWork, type Workplace } from './workplace';

const READ_AT_ONCE = 1_000;
const MAX_NAMED = 10;

export interface ReadyImport {
  readonly jobs: readonly Incoming[];
  /** Done by now: sent again they would have no effect. */
  readonly done: number;
  readonly records: ReadonlyMap<string, JobRecord>;
}

/** Reads every line before one is sent; throws `CannotWork` that names each that cannot be. */
export async function readImport({ records }: Workplace, texts: readonly string[]): Promise<ReadyImport> {
  const { jobs, faults } = readLines(texts);
  const known = new Map<string, JobRecord>();
  for (let from = 0; from < jobs.length; from += READ_AT_ONCE) {
    const ids = jobs.slice(from, from + READ_AT_ONCE).map(({ id }) => id);
    for (const record of await records.getMany(ids)) known.set(record.id, record);
  }
  const others = jobs.filter((job) => isOther(job, known.get(job.id)));
  faults.push(
    ...others.map(
      ({ line, id }) =>
        `line ${line}: the job ${id} is recorded with another type or input; leave out its id, and it is a new job`,
    ),
  );
  if (faults.length > 0) throw new CannotWork(faultText(faults, texts.filter((text) => text.trim() !== '').length));
  const left = jobs.filter(({ id }) => known.get(id)?.state !== 'done');
  return { jobs: left, done: jobs.length - left.length, records: known };
}

const isOther = ({ type, input }: Incoming, record: JobRecord | undefined): boolean =>
  record?.hash !== undefined &&
  ((record.type ?? DEFAULT_TYPE) !== type || record.hash !== payloadHash({ input: JSON.parse(input) }));

function faultText(faults: readonly string[], lines: number): string {
  const more = faults.length > MAX_NAMED ? `; and ${faults.length - MAX_NAMED} more` : '';
  return `${faults.length} of ${lines} lines cannot be sent, so none was: ${faults.slice(0, MAX_NAMED).join('; ')}${more}`;
}

export interface ImportOptions {
  readonly rate?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (sent: number) => void;
}

export interface Imported extends Unnoted {
  readonly sent: number;
  readonly done: number;
  /** The first line that was not sent, where it ended before its end. Up to nine after it may have been. */
  readonly line?: number;
  readonly ended?: string;
}

/** Sends each job in the order of the lines. What has failed is accepted again by its record, as after a retry. */
export async function importJobs(place: Workplace, ready: ReadyImport, options: ImportOptions): Promise<Imported> {
  const { jobs, done, records } = ready;
  const audit = await Audit.begin(place, { what: 'import' });
  const ids: string[] = [];
  const messages = jobs.map((job) => toMessage(job, place.queue.fifo));
  const { ended, unsent } = await sendPaced(place, messages, {
    ...options,
    onSent: async (positions) => {
      const some = positions.flatMap((position) => jobs[position]?.id ?? []);
      ids.push(...some);
      const failed = some.flatMap((id) => records.get(id) ?? []).filter(({ state }) => state === 'failed');
      await Promise.all(failed.map((record) => place.records.retried(record)));
      options.onProgress?.(ids.length);
    },
  });
  const line = unsent === undefined ? undefined : jobs[unsent]?.line;
  const unnoted = await audit.end({ count: ids.length, ids, ended });
  return {
    sent: ids.length,
    done,
    ...(ended !== undefined && { ended, ...(line !== undefined && { line }) }),
    ...unnoted,
  };
}

/** On a FIFO queue the same line once in five minutes is one message. */
function toMessage({ id, letter, message }: Incoming, fifo: boolean): Outgoing {
  if (!fifo) return message;
  const deduplicationId = createHash('sha256').update(`${id}\n${letter}\n${message.body}`).digest('hex');
  return { ...message, group: message.group ?? id, deduplicationId };
}
