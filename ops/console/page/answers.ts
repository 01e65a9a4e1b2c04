/** What the console's server answers; the files in `ops/console/` have the other side of it. */

interface Unavailable {
  readonly unavailable: string;
}

interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface WorkplaceFacts {
  /** `local`, the account and region, or what `--badge` says. */
  readonly badge: string;
  /** Null until the queues have answered once. */
  readonly queue: string | null;
  readonly deadLetters: string | null;
  readonly fifo: boolean | null;
  readonly store: string;
  readonly readOnly: boolean;
  /** Names of fields whose values the server takes out. */
  readonly masked: readonly string[];
}

export interface Pause {
  readonly who: string;
  readonly why?: string;
  readonly at: number | string;
  /** What goes on, as far as the console knows. */
  readonly but?: string;
}

export interface Overview {
  readonly at: number | string;
  readonly place: WorkplaceFacts;
  readonly queue: Depth | Unavailable;
  readonly dead: Depth | Unavailable;
  readonly paused: Pause | null;
  readonly records: 'ok' | Unavailable;
}

export interface Snapshot {
  readonly asOf?: number | string | null;
  readonly total: number;
  /**
   * Letters that were not to be had when they were looked at: behind others of their FIFO group, or with another
   * program.
   */
  readonly hidden: number;
  readonly looking: boolean;
  /** What kept the last look from its end. */
  readonly fault?: string;
}

export interface Group {
  readonly reason: string;
  readonly error: string;
  readonly count: number;
  readonly types: readonly string[];
  readonly first: string;
  readonly last: string;
}

export interface Groups extends Snapshot {
  readonly matched: number;
  readonly groups: readonly Group[];
}

interface Hold {
  readonly who: string;
  readonly note?: string;
  readonly at: number | string;
}

export interface Failure {
  readonly id: string;
  readonly type: string;
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  readonly at: string;
  /** The MessageId of its letter; none if it was not found in the queue. */
  readonly letter?: string;
  readonly held?: Hold;
}

export interface Failures {
  readonly matched: number;
  readonly jobs: readonly Failure[];
  readonly after?: string;
}

interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

export interface Letter {
  readonly messageId: string;
  /** As it came. */
  readonly body: string;
  /** The text of the body's `input`, as it came. */
  readonly input?: string | null;
  readonly attributes: readonly Attribute[];
  readonly sentAt: number | string;
  readonly firstAt?: number | string;
  readonly receives: number;
  readonly group?: string;
}

export interface JobRecord {
  readonly type?: string;
  readonly state: string;
  readonly attempts: number;
  readonly input?: unknown;
  readonly result?: unknown;
  readonly reason?: string;
  readonly lastError?: string;
  readonly updatedAt: number | string;
}

export interface Job {
  readonly id: string;
  readonly type?: string;
  readonly record: JobRecord | null;
  readonly letter: Letter | null;
  readonly error?: string;
  readonly reason?: string;
  readonly attempts?: number;
  readonly history?: readonly { readonly at: number | string; readonly what: string }[];
  readonly held?: Hold | null;
}

export interface Found {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly at: number | string;
}

export interface JobType {
  readonly type: string;
  readonly version: number;
  /** JSON Schema of the input. */
  readonly schema: Schema;
  /** An input as JSON text. */
  readonly example?: string;
}

export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly $ref?: string;
  readonly $defs?: Definitions;
}

/** The schemas that `$ref`s of a type's schema name. */
export type Definitions = Readonly<Record<string, Schema>>;

export interface AuditLine {
  readonly at: number | string;
  readonly who: string;
  readonly what: string;
  readonly count?: number;
  /** Which jobs were meant. */
  readonly filter?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly note?: string;
  readonly type?: string;
  /** Of an edit: the job that takes the place of another. */
  readonly job?: string;
  readonly replaces?: string;
  /** The first of the jobs that were changed. */
  readonly ids?: readonly string[];
  readonly ended?: string;
  readonly unfinished?: boolean;
}

export type Action = 'retry' | 'delete' | 'hold' | 'release' | 'purge';

export interface Confirmation {
  readonly confirmation: string;
  readonly count: number;
  readonly sentence: string;
  /** What has to be typed first. */
  readonly typed?: string;
}

export interface Task {
  readonly id: string;
  readonly action: Action;
  readonly state: 'running' | 'done' | 'partly' | 'failed' | 'cancelled';
  readonly total: number;
  readonly done: number;
  readonly others?: readonly string[];
  readonly startedAt: number | string;
  readonly endedAt?: number | string;
  readonly rate?: number;
  readonly sentence?: string;
}
