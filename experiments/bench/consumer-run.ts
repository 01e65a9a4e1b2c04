import { setTimeout as wait } from 'node:timers/promises';
import { type RoundQueues } from '../rig/queues';
import { type Arena } from './arena';
import { type BenchProcess } from './bench-process';
import { type ConsumerFigures } from './meter';
import { type ConsumerSpec } from './peer';
import { type Peer } from './peers';
import { type Figures, perMessage, type Run, sumOf } from './run';
import { type Settings, Stage, word } from './stage';
import { openStore, type Store } from './store';
import { leastSeconds, type Workload } from './workload';

const MESSAGES_LEAST = 100;
const DRAIN_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** Of `paced`: 50 a second. */
const ARRIVE_EVERY_MS = 20;

type Outcome = Pick<Run, 'messages' | 'figures' | 'calls' | 'faults'>;

function messagesOf({ share }: Peer, { work, messages, kind }: Workload, scale: number): number {
  if (kind === 'paced') return messages;
  return Math.max(MESSAGES_LEAST, Math.round(messages * scale * (work === 'none' ? share.calm : share.waiting)));
}

/** One consumer empties a backlog, or takes messages as they arrive. */
export async function runConsumer(settings: Settings, peer: Peer, workload: Workload): Promise<Outcome> {
  const { arena, seed, scale } = settings;
  const { work, kind, bodyBytes, atOnce: inFlight } = workload;
  const messages = messagesOf(peer, workload, scale);
  const warmup = Math.max(MESSAGES_LEAST, Math.round(workload.warmup * scale * peer.share.calm));
  const stage = await Stage.set(arena, peer, workload);
  const backlog = { first: -warmup, end: kind === 'paced' ? 0 : messages, bodyBytes };
  await arena.load(stage.queues, backlog);
  const store = kind === 'record' ? await openStore(peer, stage.place.folder, settings.postgres) : undefined;
  const { variant } = peer;
  const place = { ...stage.place, ...(store && { results: store.results }) };
  const spec: ConsumerSpec = { ...place, work, seed, warmup, messages, inFlight, variant };
  const outcome = stage.during(spec, async (process) => {
    const measuring = measure(arena, process);
    if (kind === 'paced') await Promise.race([measuring, arrive(arena, stage.queues, messages)]);
    const { figures, brokerCpuMs } = await measuring;
    const faults = [...faultsOf(figures), ...(await leftOvers(stage.queues))];
    const expected = variant === 'unrecorded' ? 0 : warmup + messages;
    if (store) faults.push(...(await recordFaults(store, expected)));
    const limit = work === 'none' ? {} : { ofLimit: leastSeconds(workload, seed, messages) / figures.seconds };
    const all: Figures = { ...figuresOf(figures, messages, brokerCpuMs), ...limit };
    return { messages, figures: all, calls: perMessage(figures.calls, messages), faults };
  });
  return outcome.finally(() => store?.close());
}

async function recordFaults(store: Store, expected: number): Promise<string[]> {
  const done = await store.countDone();
  return done === expected ? [] : [`${done} records, not ${expected}`];
}

function figuresOf(figures: ConsumerFigures, messages: number, brokerCpuMs: number | undefined): Figures {
  const { seconds, cpuMs, calls, inQueueMs, endToEndMs, peakMiB, quarterMiB } = figures;
  const [, second = NaN, , last = NaN] = quarterMiB;
  return {
    perSecond: messages / seconds,
    cpuMicros: (cpuMs * 1_000) / messages,
    ...(brokerCpuMs !== undefined && { brokerCpuMicros: (brokerCpuMs * 1_000) / messages }),
    callsPerMessage: sumOf(calls) / messages,
    inQueueP50: inQueueMs.p50,
    inQueueP99: inQueueMs.p99,
    endToEndP50: endToEndMs.p50,
    endToEndP99: endToEndMs.p99,
    peakMiB,
    memoryGrowth: last / second,
  };
}

async function arrive(arena: Arena, queues: RoundQueues, messages: number): Promise<void> {
  const since = performance.now();
  for (let input = 0; input < messages; input += 1) {
    await wait(Math.max(0, since + input * ARRIVE_EVERY_MS - performance.now()));
    await arena.load(queues, { first: input, end: input + 1, bodyBytes: 0 });
  }
}

async function measure(
  arena: Arena,
  process: BenchProcess,
): Promise<{ figures: ConsumerFigures; brokerCpuMs: number | undefined }> {
  await word(process, 'started');
  const before = await arena.cpuMs();
  const { figures } = await word(process, 'ended');
  const after = await arena.cpuMs();
  return { figures, brokerCpuMs: before === undefined || after === undefined ? undefined : after - before };
}

const faultsOf = ({ doubles }: ConsumerFigures): string[] =>
  doubles > 0 ? [`${doubles} messages were handled more than once`] : [];

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
