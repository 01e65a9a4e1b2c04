import { setTimeout as wait } from 'node:timers/promises';
import type { Job } from '../contract/job';
import { recordPatiently } from './patience';
import type { Effect, Lease, LeaseAnswer, OnceAnswer, Records } from './records';

/** What a call for an effect outside the store gets. */
export interface Call {
  /** The job's id: the idempotency key, the same whoever calls and however often. */
  readonly key: string;
  /** Grows with every owner; whoever is called may refuse a lower one than it has seen. */
  readonly token: number;
  /** Aborted when the lease is lost or the run has to stop. */
  readonly signal: AbortSignal;
}

export interface ElsewhereOptions {
  /** Of the lease; renewed at a third of it. Well above what the clocks of two machines differ by. */
  readonly leaseSeconds: number;
  /** Of the run. */
  readonly signal: AbortSignal;
}

/** The lease was lost while the call was out: another owner has the job now, so nothing was recorded. */
export class EffectOwnerChanged extends Error {
  override readonly name = 'EffectOwnerChanged';
}

/** What became of an effect elsewhere. Work returns it as it is: its effect is recorded already. */
export class Elsewhere<Result = unknown> implements OnceAnswer {
  readonly outcome: OnceAnswer['outcome'];
  /** There unless the outcome is `conflict`. */
  readonly result?: Result;
  /** No other object is one, whatever fields it has. */
  declare protected readonly brand: 'elsewhere';

  constructor({ outcome, result }: OnceAnswer) {
    this.outcome = outcome;
    if (result !== undefined) this.result = result as Result;
  }
}

/**
 * One effect outside the store, as far as that can be had: one owner at a time calls, under the job's id as key, and
 * only the latest owner records. Resolves as `once` does; a job that is done is not called for again. While another
 * owner's lease lasts it waits. Rejects when the call does, when the signal is aborted, or with `EffectOwnerChanged`.
 *
 * What is called must honour the key: a process that is killed, or frozen past its lease, after its call went out is
 * followed by an owner that calls again, and no lease can take a call back that is on its way.
 */
export async function onceElsewhere<Result>(
  { records, job }: { readonly records: Pick<Records, 'lease' | 'once'>; readonly job: Job },
  { leaseSeconds, signal }: ElsewhereOptions,
  call: (call: Call) => Promise<Effect<Result>>,
): Promise<Elsewhere<Result>> {
  const taken = await takeLease(() => records.lease(job, leaseSeconds), signal);
  if (taken.outcome === 'done') return new Elsewhere({ outcome: 'repeat', result: taken.result });
  if (taken.outcome === 'conflict') return new Elsewhere({ outcome: 'conflict' });
  const { token } = taken.lease;
  const lost = new AbortController();
  const stopRenewing = renew(() => records.lease(job, leaseSeconds, token), taken.lease, { leaseSeconds, lost });
  try {
    const effect = await call({ key: job.id, token, signal: AbortSignal.any([signal, lost.signal]) });
    const answer = await recordPatiently(() => records.once(job, effect, token), signal);
    if (answer.outcome === 'lost') throw ownerChanged();
    return new Elsewhere(answer);
  } catch (error) {
    // Given back, so that the next run need not wait for its end; where that cannot be written, it does.
    void records.lease(job, 0, token).catch(() => undefined);
    throw error;
  } finally {
    stopRenewing();
  }
}

type Taken = Exclude<LeaseAnswer, { readonly outcome: 'held' }>;

/** The longest wait between two looks at a lease that another holds: its job may be done long before it ends. */
const LOOK_AGAIN_MS = 1_000;
const LOOK_AGAIN_SOON_MS = 20;

async function takeLease(ask: () => Promise<LeaseAnswer>, signal: AbortSignal): Promise<Taken> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await recordPatiently(ask, signal);
    if (answer.outcome !== 'held') return answer;
    const leftMs = Math.max(LOOK_AGAIN_SOON_MS, answer.lease.until - Date.now());
    await wait(Math.min(LOOK_AGAIN_MS, leftMs), undefined, { signal });
  }
}

/** The longest that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Renews until stopped; a lease that ran out, even while the store does not answer, or went to another aborts `lost`. */
function renew(
  ask: () => Promise<LeaseAnswer>,
  lease: Lease,
  { leaseSeconds, lost }: { readonly leaseSeconds: number; readonly lost: AbortController },
): () => void {
  const stopping = new AbortController();
  const ending = (until: number): NodeJS.Timeout =>
    setTimeout(
      () => {
        lost.abort(ownerChanged());
      },
      Math.min(MAX_TIMER_MS, until - Date.now()),
    );
  let timer = ending(lease.until);
  const over = (): boolean => stopping.signal.aborted || lost.signal.aborted;
  const loop = async (): Promise<void> => {
    while (!over()) {
      await wait((leaseSeconds * 1_000) / 3, undefined, { signal: stopping.signal });
      // A store that is away may be back before the lease ends.
      const answer = await ask().catch(() => undefined);
      if (over() || answer === undefined) continue;
      clearTimeout(timer);
      if (answer.outcome === 'leased') timer = ending(answer.lease.until);
      else lost.abort(ownerChanged());
    }
  };
  // Rejects when stopped, which is how it ends.
  void loop().catch(() => undefined);
  return () => {
    stopping.abort();
    clearTimeout(timer);
  };
}

const ownerChanged = (): EffectOwnerChanged =>
  new EffectOwnerChanged('The lease of the effect ended or went to another owner, who records it then.');
