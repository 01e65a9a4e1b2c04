import { hostname } from 'node:os';
import { processVariables } from '../../contract/environment';
import { RecordRefused } from '../../results/errors';
import { newJobId } from '../../results/job-id';
import { type Filter } from './failed-job';
import { sentenceOf, type Workplace } from './workplace';

export type Changed =
  'retry' | 'delete' | 'purge' | 'edit' | 'hold' | 'release' | 'send' | 'import' | 'pause' | 'resume';

/** Limits how many jobs a note names. */
const MAX_IDS = 100;

interface Unnamed {
  /** How many more jobs there are than `ids` names. */
  readonly moreIds?: number;
}

/** What an operator set out to change. */
export interface Change {
  readonly what: Changed;
  /** Which jobs were meant. */
  readonly filter?: (Filter & Unnamed) | undefined;
  /** An operator's own words. */
  readonly note?: string | undefined;
  readonly type?: string | undefined;
  /** Of an edit: the job that takes the place of another. */
  readonly job?: string | undefined;
  readonly replaces?: string | undefined;
}

/** The result. */
export interface Came extends Unnamed {
  readonly count: number;
  /** Of the jobs that were changed. A note names the first hundred. */
  readonly ids?: readonly string[] | undefined;
  /** Why it ended early. */
  readonly ended?: string | undefined;
}

/** A change as `audit` shows it. */
export interface AuditEntry extends Change, Came {
  /** ISO 8601. */
  readonly at: string;
  readonly who: string;
  /** No end of it is known: it goes on, or was killed. */
  readonly unfinished?: true;
}

/** Why no note of a change was kept; the change itself is as it is. */
export interface Unnoted {
  readonly unnoted?: string;
}

/**
 * The user and the machine. A program without a user's name in its environment, such as one in a container, has a
 * number.
 */
export function operator(): string {
  const { USER, USERNAME } = processVariables;
  return `${USER ?? USERNAME ?? String(process.getuid?.() ?? 'unknown')}@${hostname()}`;
}

/**
 * The note of one change: written before it, so that a killed change is noted too, and again with its result. A
 * store that takes no note stops no change.
 */
export class Audit {
  private readonly key = newJobId();
  private readonly at = Date.now();
  private failure: string | undefined;

  private constructor(
    private readonly place: Pick<Workplace, 'records'>,
    private readonly change: Change,
  ) {}

  static async begin(place: Pick<Workplace, 'records'>, change: Change): Promise<Audit> {
    const audit = new Audit(place, change);
    await audit.put({ count: 0, unfinished: true });
    return audit;
  }

  /** Where nothing was changed nothing is noted. */
  async end({ count, ids, ended }: Came): Promise<Unnoted> {
    const isNothing = count === 0 && ended === undefined;
    await (isNothing ? this.remove() : this.put({ count, ...named({ ids }), ended }));
    return this.failure === undefined || isNothing ? {} : { unnoted: `no note of this was kept: ${this.failure}` };
  }

  private put(came: object): Promise<void> {
    const { filter, ...change } = this.change;
    const value = { who: operator(), ...change, ...(filter && { filter: named(filter) }), ...came };
    return this.tryTo(() => this.place.records.notes.put({ kind: 'audit', key: this.key, at: this.at, value }));
  }

  private remove(): Promise<void> {
    return this.tryTo(() => this.place.records.notes.remove('audit', this.key));
  }

  private async tryTo(call: () => Promise<void>): Promise<void> {
    this.failure = await call().then(() => undefined, sentenceOf);
  }
}

const named = <Ids extends { readonly ids?: readonly string[] | undefined }>(all: Ids): Ids & Unnamed => {
  const more = (all.ids?.length ?? 0) - MAX_IDS;
  return more > 0 ? { ...all, ids: all.ids?.slice(0, MAX_IDS), moreIds: more } : all;
};

/** What was changed, newest first. */
export async function auditOf({ records }: Pick<Workplace, 'records'>, limit: number): Promise<AuditEntry[]> {
  const notes = await records.notes.list('audit', limit);
  return notes.map(({ at, value }) => ({ at: new Date(at).toISOString(), ...(value as Omit<AuditEntry, 'at'>) }));
}

/** Notes that are looked through for one job. */
const MAX_NOTES = 1_000;

/** What was done to this job, as far as notes name it: of more than a hundred jobs at once not all are named. */
export async function auditOfJob(place: Pick<Workplace, 'records'>, id: string): Promise<AuditEntry[]> {
  const entries = await auditOf(place, MAX_NOTES).catch((error: unknown) => {
    if (error instanceof RecordRefused) return [];
    throw error;
  });
  return entries.filter(({ ids = [], filter, job, replaces }) =>
    [...ids, ...(filter?.ids ?? []), job, replaces].includes(id),
  );
}
