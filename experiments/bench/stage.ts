import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RoundQueues } from '../rig/queues';
import { type Arena, REGION } from './arena';
import { BenchProcess } from './bench-process';
import { type PlaceSpec, type ProducerSpec, type Standing, type Word } from './peer';
import { type Peer } from './peers';
import { type Workload } from './workload';

/** A run that takes longer is given up. */
export const RUN_MS = 180_000;

/** The output of a peer, in its folder. */
export const LOG = 'peer.log';

/** What all runs of a bench share. */
export interface Settings {
  readonly arena: Arena;
  readonly seed: number;
  /** Of every workload's messages. */
  readonly scale: number;
  /** A database to record in, for the peer that does. */
  readonly postgres: string | undefined;
}

/** A peer of a run: its queues, its folder, its process. */
export class Stage {
  private constructor(
    private readonly setting: { readonly arena: Arena; readonly peer: Peer },
    readonly queues: RoundQueues,
    readonly place: PlaceSpec,
  ) {}

  static async set(arena: Arena, peer: Peer, { callMs }: Pick<Workload, 'callMs'>): Promise<Stage> {
    const folder = await mkdtemp(join(arena.folder, `${peer.name}-`));
    const queues = await arena.queues();
    const { queueUrl, deadLetterQueueUrl } = queues.urls;
    const endpoint = await arena.slowedBy(callMs);
    return new Stage({ arena, peer }, queues, { endpoint, region: REGION, queueUrl, deadLetterQueueUrl, folder });
  }

  /** Starts the peer, lets `use` have it, and ends it. */
  during<T>(spec: ProducerSpec, use: (process: BenchProcess) => Promise<T>): Promise<T> {
    return this.alone(async ({ folder }) => {
      const process = new BenchProcess({
        script: `experiments/bench/peers/${this.setting.peer.script}`,
        args: [JSON.stringify(spec)],
        env: this.setting.arena.environment,
        log: join(folder, LOG),
      });
      try {
        return await use(process);
      } finally {
        if (process.running) await process.end('SIGKILL');
      }
    });
  }

  /** Lets `use` have the place, and removes it; its folder stays when that failed. */
  async alone<T>(use: (place: PlaceSpec) => Promise<T>): Promise<T> {
    const { folder } = this.place;
    try {
      const result = await use(this.place);
      await rm(folder, { recursive: true });
      return result;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.setting.peer.name} ${why}; see ${join(folder, LOG)}`, { cause: error });
    } finally {
      await this.queues.remove();
    }
  }
}

/** The next word of a peer; throws when it says another. */
export async function word<K extends Word['word']>(
  process: BenchProcess,
  kind: K,
): Promise<Extract<Word, { word: K }>> {
  const said = (await process.next(RUN_MS)) as Word;
  if (said.word !== kind) throw new Error(`Expected "${kind}", got "${said.word}".`);
  return said as Extract<Word, { word: K }>;
}

export async function standingOf(process: BenchProcess): Promise<Standing> {
  const said = (await process.ask('standing', RUN_MS)) as Word;
  if (said.word !== 'standing') throw new Error(`Expected a status report, got "${said.word}".`);
  return said.standing;
}
