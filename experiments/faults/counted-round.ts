import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readJournal } from '../rig/journal';
import { type ExperimentBroker, Round, type RoundParts } from '../rig/experiment-broker';
import { ConsumerProcess } from './consumer-process';

/** A run of the handler, noted as it began. */
export interface Run {
  readonly jobId: string;
  readonly pid: number;
}

const LOOK_EVERY_MS = 5;

/** A round with its consumers, and every run that they began. */
export class CountedRound extends Round {
  readonly journal: string;

  private constructor(parts: RoundParts) {
    super(parts);
    this.journal = join(parts.folder, 'journal');
  }

  static async open(place: ExperimentBroker, visibilityTimeoutSeconds?: number): Promise<CountedRound> {
    return new CountedRound(await place.prepare(visibilityTimeoutSeconds));
  }

  start(): ConsumerProcess {
    const { folder, env } = this;
    return new ConsumerProcess({ env, journal: this.journal, log: join(folder, 'consumer.log') });
  }

  runs(): Run[] {
    return readJournal(this.journal);
  }

  /** Jobs whose run has begun and that are not done. */
  async inFlight(): Promise<Set<string>> {
    const begun = [...new Set(this.runs().map(({ jobId }) => jobId))];
    const done = await this.doneIds(begun);
    return new Set(begun.filter((id) => !done.has(id)));
  }

  /** Resolves when this many runs have begun; rejects when the consumer ends before. */
  async begun(count: number, consumer: ConsumerProcess): Promise<void> {
    while (this.runs().length < count) {
      if (!consumer.running) throw new Error(`The consumer ended by itself; see ${this.folder}/consumer.log`);
      await wait(LOOK_EVERY_MS);
    }
  }
}
