import { setTimeout as wait } from 'node:timers/promises';
import { type ConsumerSpec } from './peer';
import { type Peer } from './peers';
import { type Run } from './run';
import { type Settings, Stage, standingOf } from './stage';
import { type Workload } from './workload';

/** From a second after the first poll: two long polls of 20 s. */
const WATCHED = { fromMs: 1_000, toMs: 41_000, times20s: 2 };
const BEGINS_WITHIN_MS = 30_000;

/** What a consumer asks of an empty queue after its first poll. */
export async function runIdle(
  { arena, seed }: Settings,
  peer: Peer,
  workload: Workload,
): Promise<Pick<Run, 'messages' | 'figures' | 'calls' | 'faults'>> {
  const stage = await Stage.set(arena, peer, workload);
  const { work, atOnce: inFlight } = workload;
  const spec: ConsumerSpec = { ...stage.place, work, seed, warmup: 1, messages: 1, inFlight, variant: peer.variant };
  return stage.during(spec, async (process) => {
    const deadline = Date.now() + BEGINS_WITHIN_MS;
    let standing = await standingOf(process);
    while (standing.firstReceiveAt === undefined && Date.now() < deadline) {
      await wait(100);
      standing = await standingOf(process);
    }
    if (standing.firstReceiveAt === undefined) throw new Error('never asked for messages');
    const { firstReceiveAt } = standing;
    const callsAt = async (ms: number): Promise<number> => {
      await wait(Math.max(0, firstReceiveAt + ms - Date.now()));
      return (await standingOf(process)).calls['ReceiveMessage'] ?? 0;
    };
    const polls = -(await callsAt(WATCHED.fromMs)) + (await callsAt(WATCHED.toMs));
    const { peakMiB } = await standingOf(process);
    return { messages: 0, figures: { pollsPer20s: polls / WATCHED.times20s, peakMiB }, calls: {}, faults: [] };
  });
}
