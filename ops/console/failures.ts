import { type Held } from '../jobs/failed-job';
import { type Group, groupFailures } from '../jobs/groups';
import { type Letter } from '../jobs/letter';
import { sentenceOf } from '../jobs/workplace';
import { type Channel } from './channel';
import { matcher, type Search } from './search';
import { type Entry, type Found, takeSnapshot } from './snapshot';
import { type Mutex } from './mutex';
import { type Workroom } from './workroom';

/** How the snapshot stands, for the page. */
export interface SnapshotState {
  /** ISO 8601; null before the first look has ended. */
  readonly asOf: string | null;
  readonly total: number;
  /** About how many letters were hidden from the look. */
  readonly hidden: number;
  readonly looking: boolean;
  /** What kept the last look from its end. */
  readonly fault?: string;
}

/** Limits how often pages are notified of letters that a task takes away. */
const TELL_EVERY_MS = 500;

/** The failed jobs of the last look, without those that a task has taken away since. */
export class Failures {
  private found: Found = { entries: [], hidden: 0 };
  private asOf: string | null = null;
  private looking: Promise<void> | undefined;
  private fault: string | undefined;
  private telling: NodeJS.Timeout | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly workroom: Workroom,
    private readonly mutex: Mutex,
    private readonly options: { readonly channel: Channel; readonly masked: readonly string[] },
  ) {}

  get state(): SnapshotState {
    const { asOf, fault, found } = this;
    const state = { asOf, total: found.entries.length, hidden: found.hidden, looking: this.looking !== undefined };
    return fault === undefined ? state : { ...state, fault };
  }

  /** Begins a look unless one runs or waits for its turn. */
  look(): void {
    if (this.looking !== undefined || this.closing.signal.aborted) return;
    this.looking = this.mutex
      .runExclusive(() => this.take())
      .catch((error: unknown) => {
        this.fault = sentenceOf(error);
      })
      .finally(() => {
        this.looking = undefined;
        this.tell();
      });
    this.tell();
  }

  /** A look costs receives, so the first one waits until somebody opens a page. */
  lookAtFirst(): void {
    if (this.asOf === null) this.look();
  }

  matching(search: Search): readonly Entry[] {
    return this.found.entries.filter(matcher(search));
  }

  groups(search: Search): { readonly matched: number; readonly groups: readonly Group[] } {
    const jobs = this.matching(search).map(({ job }) => job);
    return { matched: jobs.length, groups: groupFailures(jobs, ({ like }) => like) };
  }

  /** Of a job; it may have two letters. */
  of(id: string): readonly Entry[] {
    return this.found.entries.filter(({ job }) => job.id === id);
  }

  remove(letters: readonly Letter[]): void {
    const gone = new Set(letters.map(({ messageId }) => messageId));
    this.change(this.found.entries.filter(({ key }) => !gone.has(key)));
  }

  /** Shows jobs as held, or as released. */
  setHeld(ids: readonly string[], held: Held | undefined): void {
    const changed = new Set(ids);
    this.change(
      this.found.entries.map((entry) => {
        if (!changed.has(entry.job.id)) return entry;
        const { held: before, ...job } = entry.job;
        return before === held ? entry : { ...entry, job: { ...job, ...(held && { held }) } };
      }),
    );
  }

  private change(entries: readonly Entry[]): void {
    this.found = { ...this.found, entries };
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      this.tell();
    }, TELL_EVERY_MS);
  }

  /** Ends a look that is under way, which gives back what it has received. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.telling);
    await this.looking;
  }

  private async take(): Promise<void> {
    const { masked } = this.options;
    this.found = await takeSnapshot(await this.workroom.place(), { signal: this.closing.signal, masked });
    this.asOf = new Date().toISOString();
    this.fault = undefined;
  }

  private tell(): void {
    this.options.channel.publish('snapshot', this.state);
  }
}
