import 'reflect-metadata';
import { DELIVERY } from './delivery';
import { BODY_LIMIT_BYTES, type Job } from './job';

/**
 * Seconds until the next run, after `n` failed ones: a random part of `firstSeconds * factor ** (n - 1)`, up to
 * `maxSeconds`.
 */
export interface Backoff {
  readonly firstSeconds: number;
  readonly maxSeconds: number;
  readonly factor: number;
}

/** How jobs of a type are tried, and how large they may be. */
export interface Policy {
  /** Failed runs after which a job is dead-lettered. */
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  /** A run past this is told to stop and counts as failed. Undefined: `HANDLER_TIMEOUT_SECONDS`. */
  readonly timeoutSeconds: number | undefined;
  /**
   * Limits a request's body, the input as JSON and the result as JSON, each. The producer checks requests, the consumer
   * messages and results.
   */
  readonly sizeLimitBytes: number;
}

/** A class whose one property `Name` carries the rules of class-validator. */
type ClassWith<Name extends string, Value> = new () => Readonly<Record<Name, Value>>;

/** What producer, consumer and infra agree on about jobs of one kind. */
export interface JobType<Input = unknown, Result = unknown> {
  /** The name in the path `/jobs/{type}`, in the message's attribute `type`, in records, logs and metrics. */
  readonly type: string;
  /** The newest version of its messages that this code understands; a message that names none is of version 1. */
  readonly version: number;
  readonly input: ClassWith<'input', Input>;
  readonly result: ClassWith<'result', Result>;
  readonly policy: Policy;
  /** Shown in OpenAPI: a valid input and its result. */
  readonly example?: { readonly input: Input; readonly result: Result };
}

export type InputOf<Definition> = Definition extends JobType<infer Input> ? Input : never;
export type ResultOf<Definition> = Definition extends JobType<unknown, infer Result> ? Result : never;
export type JobOf<Definition> = Job<InputOf<Definition>>;

const DEFAULT_POLICY: Policy = {
  maxAttempts: DELIVERY.maxAttempts,
  backoff: { firstSeconds: 2, maxSeconds: 900, factor: 2 },
  timeoutSeconds: undefined,
  sizeLimitBytes: BODY_LIMIT_BYTES,
};

/** A job type as its folder in `jobs/` states it. Whatever is left out has a default. */
interface Definition<Input, Result> extends Pick<JobType<Input, Result>, 'type' | 'input' | 'result'> {
  readonly version?: number;
  readonly policy?: Partial<Omit<Policy, 'backoff'>> & { readonly backoff?: Partial<Backoff> };
  readonly example?: NoInfer<{ readonly input: Input; readonly result: Result }>;
}

/** Fills in the defaults. Each app checks the definition at its start and names everything that is wrong. */
export function defineJob<Input, Result>(definition: Definition<Input, Result>): JobType<Input, Result> {
  const { version = 1, policy } = definition;
  const backoff = { ...DEFAULT_POLICY.backoff, ...policy?.backoff };
  return Object.freeze({ ...definition, version, policy: { ...DEFAULT_POLICY, ...policy, backoff } });
}

/** The most attempts that any of these types allows, or the default. */
export const mostAttempts = (definitions: readonly JobType[]): number =>
  Math.max(DELIVERY.maxAttempts, ...definitions.map(({ policy }) => policy.maxAttempts));

/** The longest timeout of these types; `handlerTimeoutSeconds` is for a type without one. */
export const longestRunSeconds = (definitions: readonly JobType[], handlerTimeoutSeconds: number): number =>
  Math.max(handlerTimeoutSeconds, ...definitions.map(({ policy }) => policy.timeoutSeconds ?? 0));
