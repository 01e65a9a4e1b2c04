import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { Job } from '../../contract/job';
import { StoreClosed } from '../errors';
import { type HeldRecord, toRecord } from '../held-record';
import { isKeyed } from '../job-id';
import { jsonOf } from '../json';
import { readListing } from '../listing';
import { payloadIfAny, payloadOf } from '../payload-hash';
import type {
  Attempted,
  BegunRun,
  Claim,
  Effect,
  FailedRun,
  Failure,
  JobRecord,
  LeaseAnswer,
  Listing,
  OnceAnswer,
  Page,
  Records,
  Retried,
} from '../records';
import {
  accepting,
  beginning,
  claiming,
  failing,
  givingUp,
  leasing,
  recording,
  retrying,
  takingBack,
  type Transition,
} from '../transitions';
import { createTableClient, type TablePlace } from './client';
import { ConditionalWrite } from './conditional-write';
import { ConsistentReads } from './consistent-reads';
import { FailedIndex } from './failed-index';
import { FreshInserts } from './fresh-inserts';
import { fittingItem, itemBytes } from './item-size';
import { fromItem, type HeldItem } from './items';
import { tableError, unusable } from './table-errors';
import { Turns } from './turns';

/** No id of a job: what is asked for to see whether the table answers. */
const NOBODY = 'check';

/** Limits an item that shares its call with up to 24 others. */
const SHARED_CALL_BYTES = 64 * 1_024;

type Next<Answer> = (held: HeldRecord | undefined, now: number) => Transition<Answer>;

/**
 * Records in a DynamoDB table with the key `id` (a string), for any number of processes. A job recorded by its first
 * write costs 1/25 of a call under load; any other change reads where it must, and writes on condition.
 */
export class DynamoRecords implements Records {
  private readonly reads: ConsistentReads;
  private readonly failures: FailedIndex;
  private readonly fresh: FreshInserts;
  private readonly conditional: ConditionalWrite;
  private readonly turns = new Turns();
  private readonly pending = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  /**
   * Rejects with `StoreUnusable` for a table that is missing, has another key or may not be used. One that does not
   * answer may be away for a moment: it opens all the same, and `check` tells.
   */
  static async open(table: string, place: TablePlace): Promise<DynamoRecords> {
    const records = new DynamoRecords(createTableClient(place), table);
    try {
      await records.reads.one(NOBODY);
    } catch (error) {
      const fault = unusable(table, error);
      if (fault === undefined) return records;
      await records.close();
      throw fault;
    }
    return records;
  }

  private constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.reads = new ConsistentReads(client, table);
    this.failures = new FailedIndex(client, table, this.reads);
    this.fresh = new FreshInserts(client, table);
    this.conditional = new ConditionalWrite(client, table);
  }

  async claim(job: Job, group?: string): Promise<Claim> {
    const known = { id: job.id, payload: payloadOf(job), group };
    return this.inTurn(job.id, () => this.change(undefined, (held, now) => claiming(held, known, now)));
  }

  accept(id: string): Promise<void> {
    return this.inTurn(id, async () => this.change(await this.reads.one(id), accepting));
  }

  async once(job: Job, { result, writes = [] }: Effect, token?: number): Promise<OnceAnswer> {
    const done = { id: job.id, payload: payloadOf(job), result: jsonOf(result, 'result'), token };
    const next: Next<OnceAnswer> = (held, now) => recording(held, done, now);
    return this.inTurn(job.id, async () => {
      // What is known to have a record is read first: an insert, or a transaction, that must fail is billed as well.
      if (token !== undefined || isKeyed(job.id)) return this.change(await this.reads.one(job.id), next, writes);
      if (writes.length > 0) return this.change(undefined, next, writes);
      return (await this.insert(next)) ?? this.change(await this.reads.one(job.id), next);
    });
  }

  async lease(job: Job, seconds: number, token?: number): Promise<LeaseAnswer> {
    const wish = { id: job.id, payload: payloadOf(job), seconds, token };
    const next: Next<LeaseAnswer> = (held, now) => leasing(held, wish, now);
    return this.inTurn(job.id, async () => this.change(await this.reads.one(job.id), next));
  }

  begin(run: BegunRun): Promise<Attempted> {
    return this.inTurn(run.id, () => this.change(undefined, (held, now) => beginning(held, run, now)));
  }

  takeBack(id: string): Promise<void> {
    return this.inTurn(id, async () => this.change(await this.reads.one(id), takingBack));
  }

  fail(run: FailedRun): Promise<Attempted> {
    return this.inTurn(run.id, () => this.change(undefined, (held, now) => failing(held, run, now)));
  }

  failed(failure: Failure): Promise<void> {
    const { id } = failure;
    const given = { failure, payload: payloadIfAny(failure) };
    return this.inTurn(id, async () =>
      this.change(await this.reads.one(id), (held, now) => givingUp(held, given, now)),
    );
  }

  retried(failed: Retried): Promise<void> {
    const next: Next<undefined> = (held, now) => retrying(held, failed, now);
    return this.inTurn(failed.id, async () => this.change(await this.reads.one(failed.id), next));
  }

  get(id: string): Promise<JobRecord | undefined> {
    return this.ask(async () => {
      const item = await this.reads.one(id);
      return item && toRecord(item.held);
    });
  }

  getMany(ids: readonly string[]): Promise<readonly JobRecord[]> {
    return this.ask(async () => (await this.reads.many(ids)).map((item) => toRecord(fromItem(item).held)));
  }

  async list(listing: Listing): Promise<Page> {
    const wanted = readListing(listing);
    return this.ask(() => this.failures.page(wanted));
  }

  async check(): Promise<void> {
    await this.get(NOBODY);
  }

  /** DynamoDB lets items expire by itself, by the attribute `expiresAt`. */
  expire(): Promise<number> {
    return this.ask(() => Promise.resolve(0));
  }

  close(): Promise<void> {
    this.closing ??= Promise.allSettled(this.pending).then(() => {
      this.client.destroy();
    });
    return this.closing;
  }

  /** Undefined when the table has such an item already, or did not take this one among the others. */
  private async insert<A>(next: Next<A>): Promise<A | undefined> {
    const { answer, write } = next(undefined, Date.now());
    if (write === undefined) return answer;
    const item = fittingItem(write, randomUUID());
    // A large one among others could make their call larger than DynamoDB takes.
    if (itemBytes(item) > SHARED_CALL_BYTES) return undefined;
    return (await this.fresh.insert(item)) ? answer : undefined;
  }

  /** From `held`, which may be outdated: then from what is there instead. `effect` happens if the record is written. */
  private async change<A>(
    held: HeldItem | undefined,
    next: Next<A>,
    effect: NonNullable<Effect['writes']> = [],
  ): Promise<A> {
    const { answer, write } = next(held?.held, Date.now());
    if (write === undefined) return answer;
    const item = fittingItem(write, randomUUID());
    const outcome = await this.conditional.write({ item, version: held?.version }, effect);
    return outcome.written ? answer : this.change(outcome.other, next, effect);
  }

  /** Changes of one id come one after the other: from this process, none finds another's write in its way. */
  private inTurn<T>(id: string, change: () => Promise<T>): Promise<T> {
    return this.ask(() => this.turns.take(id, change));
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.closing !== undefined) throw new StoreClosed();
    const answer = question();
    this.pending.add(answer);
    try {
      return await answer;
    } catch (error) {
      throw tableError(this.table, error);
    } finally {
      this.pending.delete(answer);
    }
  }
}
