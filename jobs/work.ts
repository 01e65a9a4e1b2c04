import { type InjectionToken, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { type JobOf, type JobType, type ResultOf } from '../contract/job-type';
import { type Elsewhere } from '../results/elsewhere';
import { type Effect, type Records } from '../results/records';

/** A job as its work gets it. */
export type WorkJob<Definition> = JobOf<Definition> & {
  /** As the message says: its order on a FIFO queue, its fair share on any other. */
  readonly group: string | undefined;
  /** 1 for the first run, and one more for each run of the job that failed before it. */
  readonly attempt: number;
};

/** A log whose lines name the job; fields stand beside the message where the log is JSON. */
export interface WorkLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a run may use beside its job. */
export interface WorkContext {
  /** Aborted when the lease is lost, the timeout or the time of a Lambda event is over, or the process ends. */
  readonly signal: AbortSignal;
  readonly logger: WorkLog;
  /** For `onceElsewhere`. */
  readonly records: Pick<Records, 'get' | 'lease' | 'once'>;
}

/**
 * Does one run of a job. A job may have several runs, but what they return takes effect once. An answer of
 * `onceElsewhere` has taken effect already. A run that throws has failed, and the job is tried again after a backoff. A
 * `Rejection` dead-letters it at once.
 */
export type Run<Definition> = (
  job: WorkJob<Definition>,
  context: WorkContext,
) => Effect<ResultOf<Definition>> | Promise<Effect<ResultOf<Definition>> | Elsewhere<ResultOf<Definition>>>;

/** The work of a job type: an injectable class of the team's own. */
export interface Work<Definition> {
  run: Run<Definition>;
}

/** What the class of a work needs to be injected. */
type Needs = Pick<ModuleMetadata, 'imports' | 'providers'>;

/** A job type and the work that does its jobs. */
export interface JobWork {
  readonly definition: JobType;
  /** Token under which Nest injects the `Work`. */
  readonly token: InjectionToken;
  readonly imports: NonNullable<Needs['imports']>;
  readonly providers: readonly Provider[];
}

/** Jobs of this type are done by this class. `imports` and `providers` are for what its constructor asks for. */
export function workOf<Definition extends JobType>(
  definition: Definition,
  token: Type<Work<Definition>>,
  { imports = [], providers = [] }: Needs = {},
): JobWork {
  return { definition, token, imports, providers: [token, ...providers] };
}

/** Jobs of this type are done by this function, which needs nothing injected. */
export function workBy<Definition extends JobType>(definition: Definition, run: Run<Definition>): JobWork {
  const token = Symbol(definition.type);
  return { definition, token, imports: [], providers: [{ provide: token, useValue: { run } }] };
}
