import { setTimeout as wait } from 'node:timers/promises';
import type { Job } from '../contract/job';
import { recordPatiently } from './patience';
import type { Effect, Lease, LeaseAnswer, OnceAnswer, Records } from './records';

/** What the call for an effect elsewhere gets. */
export interface Call {
  /** The job's id as the idempotency key: the same for every caller and every try. */
  readonly key: string;
  /** Grows with every owner. The other side may refuse a lower one than it has seen. */
  readonly token: number;
  /** Aborted when the lease is lost or the run has to stop. */
  readonly signal: AbortSignal;
}

export interface ElsewhereOptions {
  /**
   * The length of the lease, which is renewed after a third of it. Must be well above the difference of two machines'
   * clocks.
   */
  readonly leaseSeconds: number;
  /** The signal of the run. */
  readonly signal: AbortSignal;
}

/** The lease was lost during the call: another owner has the job now, so nothing was recorded. */
export class EffectOwnerChanged extends Error {
  override readonly name = 'EffectOwnerChanged';
}

/** What became of an effect elsewhere. Work returns it unchanged, since it is recorded already. */
export class Elsewhere<Result = unknown> implements OnceAnswer {
  readonly outcome: OnceAnswer['outcome'];
  /** Present unless the outcome is `conflict`. */
  readonly result?: Result;
  /** Keeps other objects with the same fields from being one. */
  declare protected readonly brand: 'elsewhere';

  constructor({ outcome, result }: OnceAnswer) {
    this.outcome = outcome;
    if (result !== undefined) this.result = result as Result;
  }
}

/**
 * One effect outside the store, as far as that is possible: one owner at a time calls, with the job's id as key, and
 * only the latest owner records. Resolves as `once` does. There is no call for a job that is done. While another
 * owner's lease lasts it waits. Rejects when the call does, when the signal is aborted, or with `EffectOwnerChanged`.
 *
 * The other side must honour the key. If a process is killed, or frozen past its lease, after its call went out, the
 * next owner calls again, and no lease can take a call back that is on its way.
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
    // Gives the lease back, so that the next run can start at once. If this write fails, the lease expires by itself.
    void records.lease(job, 0, token).catch(() => undefined);
    throw error;
  } finally {
    stopRenewing();
  }
}

type Taken = Exclude<LeaseAnswer, { readonly outcome: 'held' }>;

/** How often to check another owner's lease: its job may be done long before the lease ends. */
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

/** Limits a timer of Node's. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Renews the lease until stopped. Aborts `lost` if it runs out, even while the store does not answer, or goes to
 * another owner.
 */
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
      // A store that is unavailable may be back before the lease ends.
      const answer = await ask().catch(() => undefined);
      if (over() || answer === undefined) continue;
      clearTimeout(timer);
      if (answer.outcome === 'leased') timer = ending(answer.lease.until);
      else lost.abort(ownerChanged());
    }
  };
  // The loop ends by a rejection when it is stopped.
  void loop().catch(() => undefined);
  return () => {
    stopping.abort();
    clearTimeout(timer);
  };
}

const ownerChanged = (): EffectOwnerChanged =>
  new EffectOwnerChanged('The lease of the effect ended or went to another owner, who records it then.');
