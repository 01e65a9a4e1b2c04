/**
 * What operators leave beside the records. `audit`: who changed what, by a UUID v7. `pause`: consumers begin nothing, by
 * the queue's name. `hold`: a dead letter is held, by its job's id.
 */
export type NoteKind = 'audit' | 'pause' | 'hold';

export interface Note {
  readonly kind: NoteKind;
  /** Unique within its kind. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** JSON. */
  readonly value: unknown;
}

/** As records: every call is atomic and durable when it resolves. Notes of what was changed expire with the records. */
export interface Notes {
  /** Replaces the one with this kind and key. */
  put(note: Note): Promise<void>;
  /** One cheap read: consumers ask every 2 s. */
  get(kind: NoteKind, key: string): Promise<Note | undefined>;
  /** The notes there are under these keys, in no order to rely on. */
  getMany(kind: NoteKind, keys: readonly string[]): Promise<readonly Note[]>;
  remove(kind: NoteKind, key: string): Promise<void>;
  /** Newest first, from 1 to 1,000; in DynamoDB without what was put within the last second or so. */
  list(kind: NoteKind, limit: number): Promise<readonly Note[]>;
}
