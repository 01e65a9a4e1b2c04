import { inspect } from 'node:util';
import { type Backoff, MAX_WITHIN_LEASE_SECONDS, type Policy } from '../delivery/policy';
import { WiringError } from '../sqs/errors';

/** Options of a handler that replace its queue's. */
export interface PolicyOptions {
  /** Failed runs after which a job is dead-lettered. */
  readonly maxAttempts?: number | undefined;
  /** A run that takes longer gets its signal aborted, and has failed; up to 39,600 (11 hours). */
  readonly timeoutSeconds?: number | undefined;
  /**
   * A failed run is tried again after a random time: up to `firstSeconds` (2) after the first, `factor` (2) times as
   * much after each one more, and never more than `maxSeconds` (900, at most 39,600).
   */
  readonly backoff?: { readonly [Name in keyof Backoff]?: Backoff[Name] | undefined } | undefined;
}

/** The queue's policy with the handler's own numbers. Throws a `WiringError` for an impossible number. */
export function handlerPolicy(type: string, options: PolicyOptions, ofQueue: Policy): Policy {
  const { firstSeconds, maxSeconds, factor } = ofQueue.backoff;
  const { backoff } = options;
  const policy = {
    ...ofQueue,
    maxAttempts: options.maxAttempts ?? ofQueue.maxAttempts,
    timeoutSeconds: options.timeoutSeconds ?? ofQueue.timeoutSeconds,
    backoff: {
      firstSeconds: backoff?.firstSeconds ?? firstSeconds,
      maxSeconds: backoff?.maxSeconds ?? maxSeconds,
      factor: backoff?.factor ?? factor,
    },
  };
  const fault = checksOf(options, policy).find(([, given, holds]) => given !== undefined && !holds);
  if (!fault) return policy;
  const [option, given, , takes] = fault;
  const shown = inspect(given, { breakLength: Infinity });
  throw new WiringError(`@EventPattern('${type}') has \`${option}\` ${shown}, which takes ${takes}.`);
}

type Check = readonly [option: string, given: unknown, holds: boolean, takes: string];

/** Checks the values, since what stands behind a pattern may be anything, whatever its type says. */
function checksOf({ maxAttempts, timeoutSeconds, backoff }: PolicyOptions, policy: Policy): Check[] {
  const { firstSeconds, maxSeconds } = policy.backoff;
  const max = MAX_WITHIN_LEASE_SECONDS;
  const aTime = `a number above 0, up to ${max}`;
  const names = Object.keys(policy.backoff);
  return [
    ['maxAttempts', maxAttempts, Number.isInteger(maxAttempts) && isWithin(maxAttempts, 1), 'an integer from 1 on'],
    ['timeoutSeconds', timeoutSeconds, isWithin(timeoutSeconds, Number.MIN_VALUE, max), aTime],
    ['backoff', backoff, hasOnly(backoff, names), `an object of ${names.join(', ')}`],
    ['backoff.firstSeconds', backoff?.firstSeconds, isWithin(firstSeconds, Number.MIN_VALUE, max), aTime],
    ['backoff.factor', backoff?.factor, isWithin(backoff?.factor, 1), 'a number from 1 on'],
    [
      'backoff.maxSeconds',
      maxSeconds,
      isWithin(maxSeconds, firstSeconds, max),
      `a number from \`backoff.firstSeconds\`, here ${firstSeconds}, up to ${max}`,
    ],
  ];
}

const isWithin = (value: number | undefined, min: number, max = Infinity): boolean =>
  value !== undefined && Number.isFinite(value) && value >= min && value <= max;

const hasOnly = (value: object | null | undefined, names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).every((name) => names.includes(name));
