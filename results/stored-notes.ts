import { jsonOf } from './json';
import { assertLimit } from './listing';
import type { Note, NoteKind, Notes } from './notes';

/** A note as stores keep it: its value is JSON text. */
export interface StoredNote extends Omit<Note, 'value'> {
  readonly value: string;
}

/** What a store does for notes. */
export interface NoteStore {
  readonly put: (note: StoredNote) => Promise<void>;
  /** Those that exist, each once. */
  readonly many: (kind: NoteKind, keys: readonly string[]) => Promise<readonly StoredNote[]>;
  readonly remove: (kind: NoteKind, key: string) => Promise<void>;
  readonly list: (kind: NoteKind, limit: number) => Promise<readonly StoredNote[]>;
}

/** Makes a call: refuses it once the store is closed, and throws the store's errors. */
export type Ask = <T>(call: () => Promise<T>) => Promise<T>;

export class StoredNotes implements Notes {
  constructor(
    private readonly store: NoteStore,
    private readonly ask: Ask,
  ) {}

  async put({ kind, key, at, value }: Note): Promise<void> {
    const stored = { kind, key, at, value: jsonOf(value, 'note') };
    return this.ask(() => this.store.put(stored));
  }

  async get(kind: NoteKind, key: string): Promise<Note | undefined> {
    const [found] = await this.getMany(kind, [key]);
    return found;
  }

  async getMany(kind: NoteKind, keys: readonly string[]): Promise<readonly Note[]> {
    return (await this.ask(() => this.store.many(kind, [...new Set(keys)]))).map(toNote);
  }

  remove(kind: NoteKind, key: string): Promise<void> {
    return this.ask(() => this.store.remove(kind, key));
  }

  async list(kind: NoteKind, limit: number): Promise<readonly Note[]> {
    assertLimit(limit, 'notes');
    return (await this.ask(() => this.store.list(kind, limit))).map(toNote);
  }
}

const toNote = ({ value, ...rest }: StoredNote): Note => ({ ...rest, value: JSON.parse(value) });
