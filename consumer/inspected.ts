import { url } from 'node:inspector';
import { type Environment } from '../contract/environment';
import { type JobWork } from '../jobs/work';

/** A process on a breakpoint extends no lease, so each has to be this long from its receive on. */
const LEASE_SECONDS = 15 * 60;

/** Limits a run; work on a breakpoint is not late. */
const TIMEOUT_SECONDS = 60 * 60;

/** Logged once, since the configured numbers do not hold then. */
export const INSPECTED =
  'An inspector may stop this process: one job at a time, leases of 15 minutes, timeouts of an hour.';

/** Whether an inspector listens: a debugger may attach at any time. */
export const isInspected = (): boolean => url() !== undefined;

/** Runs one job at a time, since a receive that a breakpoint cuts off hides its messages for a whole lease. */
export const forInspection = <Whole extends Environment>(environment: Whole): Whole => ({
  ...environment,
  concurrency: 1,
  leaseSeconds: LEASE_SECONDS,
  handlerTimeoutSeconds: TIMEOUT_SECONDS,
});

/** Gives each run an hour, or more if its policy says so. */
export function workForInspection(work: JobWork): JobWork {
  const { definition } = work;
  const { timeoutSeconds = 0 } = definition.policy;
  const policy = { ...definition.policy, timeoutSeconds: Math.max(timeoutSeconds, TIMEOUT_SECONDS) };
  return { ...work, definition: { ...definition, policy } };
}
