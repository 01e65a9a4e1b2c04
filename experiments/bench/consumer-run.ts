import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Arena, REGION } from './arena';
import { BenchProcess } from './bench-process';
import { type ConsumerPeer } from './consumers';
import { type ConsumerFigures } from './meter';
import { type PeerSpec, type PeerWord } from './peer';
import { type Workload } from './workload';
import { type RoundQueues } from '../faults/queues';

export const IN_FLIGHT = 100;

/** A run that takes longer is given up. */
const RUN_MS = 180_000;
const DRAIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

export interface RunSettings {
  readonly arena: Arena;
  readonly seed: number;
  /** Of the workload's messages. */
  readonly scale: number;
}

export interface ConsumerRun extends ConsumerFigures {
  readonly messages: number;
  readonly brokerCpuMs: number | undefined;
  /** What makes the run invalid. */
  readonly faults: readonly string[];
}

function messagesOf({ share }: ConsumerPeer, { work, messages }: Workload, scale: number): number {
  return Math.max(50, Math.round(messages * scale * (work === 'none' ? share.calm : share.waiting)));
}

/** One consumer empties a backlog. */
export async function runConsumer(settings: RunSettings, peer: ConsumerPeer, workload: Workload): Promise<ConsumerRun> {
  const { arena, seed, scale } = settings;
  const messages = messagesOf(peer, workload, scale);
  const warmup = Math.min(2_000, messages);
  const folder = await mkdtemp(join(arena.folder, `${peer.name}-`));
  const queues = await arena.queues();
  await arena.load(queues, { warmup, messages, bodyBytes: workload.bodyBytes });
  const { queueUrl, deadLetterQueueUrl } = queues.urls;
  const spec: PeerSpec = {
    ...{ endpoint: arena.endpoint, region: REGION, queueUrl, deadLetterQueueUrl, folder, inFlight: IN_FLIGHT },
    ...{ work: workload.work, seed, warmup, messages, variant: peer.variant },
  };
  const process = new BenchProcess({
    script: `experiments/bench/peers/${peer.script}`,
    args: [JSON.stringify(spec)],
    env: arena.environment,
    log: join(folder, 'peer.log'),
  });
  try {
    const { figures, brokerCpuMs } = await measure(arena, process);
    const faults = [...faultsOf(figures), ...(await leftOvers(queues))];
    return { ...figures, messages, brokerCpuMs, faults };
  } finally {
    if (process.running) await process.end('SIGKILL');
    await queues.remove();
    await rm(folder, { recursive: true });
  }
}

async function measure(
  arena: Arena,
  process: BenchProcess,
): Promise<{ figures: ConsumerFigures; brokerCpuMs: number | undefined }> {
  await process.next(RUN_MS);
  const before = await arena.cpuMs();
  const word = (await process.next(RUN_MS)) as PeerWord;
  const after = await arena.cpuMs();
  if (word.word !== 'ended') throw new Error('It spoke out of turn.');
  const brokerCpuMs = before === undefined || after === undefined ? undefined : after - before;
  return { figures: word.figures, brokerCpuMs };
}

const faultsOf = ({ doubles }: ConsumerFigures): string[] =>
  doubles > 0 ? [`${doubles} messages were handled twice`] : [];

/** Everything handled is deleted soon, and nothing is a dead letter. */
async function leftOvers(queues: RoundQueues): Promise<string[]> {
  const deadline = Date.now() + DRAIN_MS;
  let left = await queues.depth();
  while (left > 0 && Date.now() < deadline) {
    await wait(LOOK_EVERY_MS);
    left = await queues.depth();
  }
  const dead = await queues.deadLetters();
  return [
    ...(left > 0 ? [`${left} messages were not deleted`] : []),
    ...(dead.length > 0 ? [`${dead.length} messages are dead letters`] : []),
  ];
}
