import { HttpCalls } from './http-calls';
import { type ConsumerFigures, Meter, type MeterSpec } from './meter';

/** What every peer's process is told, as its first argument. */
export interface PlaceSpec {
  readonly endpoint: string;
  readonly region: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** A folder of its own, gone after the run. */
  readonly folder: string;
}

export interface ProducerSpec extends PlaceSpec {
  /** Of a peer that comes in several, which. */
  readonly variant: string;
}

export interface ConsumerSpec extends ProducerSpec, MeterSpec {
  /** Where results are recorded, by a peer that records any; in its folder by default. */
  readonly results?: string;
  /** Messages at most between receive and delete. */
  readonly inFlight: number;
}

/** How far a process is, whenever it is asked. */
export interface Standing {
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly calls: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly firstReceiveAt: number | undefined;
}

/** What a peer's process says. */
export type Word =
  | { readonly word: 'started' }
  | { readonly word: 'ended'; readonly figures: ConsumerFigures }
  | { readonly word: 'listening'; readonly url: string }
  | { readonly word: 'standing'; readonly standing: Standing };

const say = (word: Word): void => void process.send?.(word);

function countCalls(): HttpCalls {
  const calls = new HttpCalls();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const standing = {
      cpuMs: (user + system) / 1_000,
      peakMiB: process.resourceUsage().maxRSS / 1_024,
      calls: calls.snapshot(),
      firstReceiveAt: calls.firstReceiveAt,
    };
    say({ word: 'standing', standing });
  });
  return calls;
}

/** Runs a consumer as a process of the bench: `start` begins to consume, and every message passes the meter. */
export function runConsumerPeer(start: (spec: ConsumerSpec, meter: Meter) => unknown): void {
  const spec = JSON.parse(process.argv[2] ?? '') as ConsumerSpec;
  const meter = new Meter(spec, countCalls(), {
    started: () => {
      say({ word: 'started' });
    },
    ended: (figures) => {
      say({ word: 'ended', figures });
    },
  });
  start(spec, meter);
}

/** Runs a producer as a process of the bench: `start` resolves to where it listens. */
export function runProducerPeer(start: (spec: ProducerSpec) => Promise<string>): void {
  countCalls();
  void start(JSON.parse(process.argv[2] ?? '') as ProducerSpec).then((url) => {
    say({ word: 'listening', url });
  });
}
