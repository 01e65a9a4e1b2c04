import { type Environment } from '../../contract/environment';
import { isLocalEndpoint } from '../../contract/local';
import { StoreError } from '../../results/errors';
import { parseResults } from '../../results/open';
import { type Paused } from '../../results/pauses';
import { readPause } from '../jobs/pause';
import { type Depth, depthOf, sentenceOf, type Workplace } from '../jobs/workplace';
import { type Channel } from './channel';
import { answered, WITHIN_MS } from './within';
import { type Workroom } from './workroom';

/** What is fixed for as long as the console runs. */
export interface PlaceFacts {
  /** Where it works, at a glance: `local`, or as the operator named it. */
  readonly badge: string;
  readonly store: string;
  readonly readOnly: boolean;
  readonly masked: readonly string[];
}

interface Unavailable {
  readonly unavailable: string;
}

export interface Overview {
  /** ISO 8601. */
  readonly at: string;
  /** Its queues are null until they were found once. */
  readonly place: PlaceFacts & Record<'queue' | 'deadLetters', string | null> & { readonly fifo: boolean | null };
  readonly queue: Depth | Unavailable;
  readonly dead: Depth | Unavailable;
  /**
   * Who paused the consumers; null if nobody did, or if that cannot be asked. `but`: what goes on, as far as this
   * console knows.
   */
  readonly paused: (Paused & { readonly but?: string }) | null;
  readonly records: 'ok' | Unavailable;
}

type OverviewParts = Pick<Overview, 'queue' | 'dead' | 'records' | 'paused'>;

/** While somebody listens; each costs SQS two requests. */
const EVERY_MS = 2_000;

/** How full the queues are and what answers, asked for all pages at once and only while one is open. */
export class Overviews {
  latest: Overview | undefined;
  /** What the last pause from here did not stop. */
  goesOn: string | undefined;
  private asking: Promise<Overview> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private listening = false;
  private opened: Workplace | undefined;
  /** What kept it from opening the last time. */
  private fault: unknown;

  constructor(
    private readonly workroom: Workroom,
    private readonly channel: Channel,
    private readonly facts: PlaceFacts,
  ) {}

  listen(listening: boolean): void {
    this.listening = listening;
    clearTimeout(this.timer);
    if (listening) void this.tick();
  }

  /** Shared by all who ask while it is under way. */
  ask(): Promise<Overview> {
    this.asking ??= this.poll().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async tick(): Promise<void> {
    this.channel.publish('overview', await this.ask());
    clearTimeout(this.timer);
    if (this.listening) this.timer = setTimeout(() => void this.tick(), EVERY_MS);
  }

  private async poll(): Promise<Overview> {
    const signal = AbortSignal.timeout(WITHIN_MS);
    this.opened ??= await answered(signal, this.workroom.place()).catch((error: unknown) => {
      this.fault = error;
      return undefined;
    });
    const parts = this.opened ? await this.parts(this.opened, signal) : this.unopened(this.fault);
    this.latest = { at: new Date().toISOString(), place: this.placeOf(this.opened), ...parts };
    return this.latest;
  }

  private async parts(place: Workplace, signal: AbortSignal): Promise<OverviewParts> {
    const { sqs, queue, deadLetters, records } = place;
    const [waiting, dead, store, paused] = await Promise.all([
      answered(signal, depthOf(sqs, queue, signal)).catch(unavailable),
      answered(signal, depthOf(sqs, deadLetters, signal)).catch(unavailable),
      answered(signal, records.check()).then(() => 'ok' as const, unavailable),
      answered(signal, readPause(place)).catch(() => undefined),
    ]);
    return {
      queue: waiting,
      dead,
      records: store,
      paused: paused ? { ...paused, ...(this.goesOn && { but: this.goesOn }) } : null,
    };
  }

  /** The queues are found first, then the store is opened: what failed is one of the two. */
  private unopened(error: unknown): OverviewParts {
    const why = unavailable(error);
    const unknown = { unavailable: 'Nothing is known of it yet' };
    return error instanceof StoreError
      ? { queue: unknown, dead: unknown, records: why, paused: null }
      : { queue: why, dead: why, records: unknown, paused: null };
  }

  private placeOf(place: Workplace | undefined): Overview['place'] {
    const { queue, deadLetters } = place ?? {};
    return {
      ...this.facts,
      queue: queue?.name ?? null,
      deadLetters: deadLetters?.name ?? null,
      fifo: queue?.fifo ?? null,
    };
  }
}

const unavailable = (error: unknown): Unavailable => ({ unavailable: sentenceOf(error) });

/** `RESULTS` by its kind, as the page names it. */
export function storeOf(results: string): string {
  const { kind } = parseResults(results);
  if (kind === '') return results;
  return kind.startsWith('postgres') ? 'postgres' : kind;
}

/** On this machine it is `local`; elsewhere the queue's account and region, unless the operator says what it is. */
export function badgeOf(given: string | undefined, { sqsEndpoint, queueUrl, region }: Environment): string {
  if (given !== undefined) return given;
  if (queueUrl === undefined || isLocalEndpoint(sqsEndpoint ?? queueUrl)) return 'local';
  const { hostname, pathname } = new URL(queueUrl);
  const account = /^\/(\d{12})\//.exec(pathname)?.[1];
  const place = /^sqs\.([a-z0-9-]+)\.amazonaws\./.exec(hostname)?.[1] ?? region;
  return [account, place].filter(Boolean).join(' ') || hostname;
}
