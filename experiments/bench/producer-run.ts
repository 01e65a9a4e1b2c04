import { join } from 'node:path';
import { BenchProcess } from './bench-process';
import { callsBetween } from './http-calls';
import { type LoadFigures } from './load-generator';
import { type Peer } from './peers';
import { perMessage, type Run, sumOf } from './run';
import { RUN_MS, type Settings, Stage, standingOf, word } from './stage';
import { type Workload } from './workload';

const REQUESTS_LEAST = 100;

type Outcome = Pick<Run, 'messages' | 'figures' | 'calls' | 'faults'>;

/** One producer takes requests from a load generator. */
export async function runProducer({ arena, scale }: Settings, peer: Peer, workload: Workload): Promise<Outcome> {
  const [requests = 0, warmup = 0] = [workload.messages, workload.warmup].map((count) =>
    Math.max(REQUESTS_LEAST, Math.round(count * scale * peer.share.calm)),
  );
  const stage = await Stage.set(arena, peer, workload);
  return stage.during({ ...stage.place, variant: peer.variant }, async (producer) => {
    const { url } = await word(producer, 'listening');
    const generator = new BenchProcess({
      script: 'experiments/bench/load-generator.js',
      args: [url, String(workload.atOnce), String(warmup), String(requests)],
      env: {},
      log: join(stage.place.folder, 'load.log'),
    });
    try {
      const warm = (await generator.next(RUN_MS)) as LoadFigures;
      const [before, brokerBefore] = [await standingOf(producer), await arena.cpuMs()];
      const load = (await generator.ask('go', RUN_MS)) as LoadFigures;
      const [after, brokerAfter] = [await standingOf(producer), await arena.cpuMs()];
      const calls = callsBetween(before.calls, after.calls);
      const faults = [...refusals(warm), ...refusals(load)];
      const depth = await stage.queues.depth();
      if (depth !== warmup + requests) faults.push(`${depth} messages in the queue, not ${warmup + requests}`);
      const broker = brokerBefore !== undefined && brokerAfter !== undefined ? brokerAfter - brokerBefore : undefined;
      const figures = {
        perSecond: requests / load.seconds,
        cpuMicros: ((after.cpuMs - before.cpuMs) * 1_000) / requests,
        ...(broker !== undefined && { brokerCpuMicros: (broker * 1_000) / requests }),
        callsPerMessage: sumOf(calls) / requests,
        endToEndP50: load.p50,
        endToEndP99: load.p99,
        peakMiB: after.peakMiB,
      };
      return { messages: requests, figures, calls: perMessage(calls, requests), faults };
    } finally {
      if (generator.running) await generator.end('SIGKILL');
    }
  });
}

const refusals = ({ refused }: LoadFigures): string[] => (refused > 0 ? [`${refused} requests were refused`] : []);
