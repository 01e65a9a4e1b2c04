import { Audit, type Unnoted } from './audit';
import { Pass, type PassEnd, type PassOptions } from './pass';
import { again } from './again';
import { type Case } from './failed-job';
import { type Letter } from './letter';
import { sendAll } from './outgoing';
import { type Workplace } from './workplace';

/** What became of the letters that matched. */
export interface Retried extends PassEnd, Unnoted {
  /** Sent to their queue and taken off the dead-letter queue. */
  readonly retried: number;
  /** Failed again while this ran: left where they are. */
  readonly failedAgain: number;
  /** Not sent, each with SQS's word: left where they are. */
  readonly refused: readonly { readonly id: string; readonly why: string }[];
  /** Sent, but SQS did not delete the letter: it comes back, and the next retry sends it once more. */
  readonly undeleted: number;
}

/** Tells a letter of what was sent here, and failed again meanwhile, from those that were there before. */
class SentHere {
  /** In the source queue. */
  private readonly messageIds = new Set<string>();
  private readonly jobIds = new Set<string>();

  add({ jobId }: Letter, messageId: string): void {
    this.messageIds.add(messageId);
    this.jobIds.add(jobId);
  }

  /** SQS keeps the MessageId of what it moves by itself. A letter without room for its source's has only its job's id. */
  has({ why: { sourceMessageId }, messageId, jobId }: Letter): boolean {
    if (sourceMessageId !== undefined) return this.messageIds.has(sourceMessageId);
    return this.messageIds.has(messageId) || this.jobIds.has(jobId);
  }
}

/**
 * Sends dead letters to their source queue again: each is sent first, then its record says `accepted`, then the letter
 * is deleted. Whatever ends this in between, the letter is there still: run again it is sent once more, and the job's
 * record keeps its effect from happening twice.
 */
export async function retryLetters(place: Workplace, options: PassOptions): Promise<Retried> {
  const pass = new Pass(place, options);
  const audit = await Audit.begin(place, { what: 'retry', filter: options.filter });
  const sent = new SentHere();
  const refused: { id: string; why: string }[] = [];
  const ids: string[] = [];
  const counts = { failedAgain: 0, undeleted: 0 };
  const end = await pass.through(async (cases) => {
    const fresh = cases.filter(({ letter }) => !sent.has(letter));
    counts.failedAgain += cases.length - fresh.length;
    const taken: Case[] = [];
    const messages = fresh.map((one) => again(one, place.queue.fifo));
    for (const [position, answer] of (await sendAll(place, messages)).entries()) {
      const one = fresh[position];
      if (one === undefined) continue;
      if ('messageId' in answer) {
        sent.add(one.letter, answer.messageId);
        taken.push(one);
      } else refused.push({ id: one.letter.jobId, why: answer.refused });
    }
    counts.undeleted += taken.length;
    const failed = taken.flatMap(({ record }) => (record?.state === 'failed' ? record : []));
    await Promise.all(failed.map((record) => place.records.retried(record)));
    const deleted = await pass.delete(taken);
    ids.push(...deleted.map(({ letter }) => letter.jobId));
    counts.undeleted -= deleted.length;
    options.onProgress?.(ids.length);
  });
  const unnoted = await audit.end({ count: ids.length + counts.undeleted, ids, ended: end.ended });
  return { retried: ids.length, ...counts, refused, ...end, ...unnoted };
}
