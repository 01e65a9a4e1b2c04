import { randomUUID } from 'node:crypto';
import { Problem } from '../../service/problem';

export const ACTIONS = ['retry', 'delete', 'purge', 'hold', 'release'] as const;
export type TaskAction = (typeof ACTIONS)[number];

/** Its key as an entry of the snapshot has it: not the entry itself, whose body would be kept for as long as the question. */
export interface MeantLetter {
  readonly key: string;
  readonly jobId: string;
}

/** What an operator was asked, with the letters as they were then: what arrives or changes later is not meant. */
export interface Meant {
  readonly action: TaskAction;
  readonly letters: readonly MeantLetter[];
  /** Each job was named, so that one that is held is meant as well. */
  readonly named: boolean;
  /** Why letters are held. */
  readonly note?: string | undefined;
  /** Limits the letters a second. */
  readonly rate?: number | undefined;
  /** A name that has to be typed. */
  readonly typed?: string | undefined;
}

interface Kept extends Meant {
  readonly until: number;
}

const LASTS_MS = 120_000;
/** Limits how many questions wait for an answer; the oldest is forgotten. */
const MAX_KEPT = 50;

/** Questions that were asked, each to be answered once and soon. */
export class Confirmations {
  private readonly kept = new Map<string, Kept>();

  add(meant: Meant): string {
    const confirmation = randomUUID();
    this.kept.set(confirmation, { ...meant, until: performance.now() + LASTS_MS });
    const [oldest = ''] = this.kept.keys();
    if (this.kept.size > MAX_KEPT) this.kept.delete(oldest);
    return confirmation;
  }

  /** What was confirmed; throws a problem if it was not asked, is too old or was used, or if another name was typed. */
  meant(confirmation: string, typed: string | undefined): Meant {
    const kept = this.kept.get(confirmation);
    if (!kept || kept.until < performance.now())
      throw new Problem(
        410,
        `This was confirmed already, or asked more than ${LASTS_MS / 60_000} minutes ago. Ask again.`,
      );
    if (kept.typed !== undefined && kept.typed !== typed)
      throw new Problem(400, `Nothing was done: it takes the name ${kept.typed}.`);
    return kept;
  }

  use(confirmation: string): void {
    this.kept.delete(confirmation);
  }
}
