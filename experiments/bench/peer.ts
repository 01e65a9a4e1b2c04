import { HttpCalls } from './http-calls';
import { type ConsumerFigures, Meter, type MeterSpec } from './meter';

/** What a peer's process is told, as its first argument. */
export interface PeerSpec extends MeterSpec {
  readonly endpoint: string;
  readonly region: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Messages at most between receive and delete. */
  readonly inFlight: number;
  /** A folder of its own, gone after the run. */
  readonly folder: string;
  /** Of a peer that comes in several, which. */
  readonly variant: string;
}

/** What a peer's process says. */
export type PeerWord =
  | { readonly word: 'started' }
  | { readonly word: 'ended'; readonly figures: ConsumerFigures }
  | {
      readonly word: 'calls';
      readonly calls: Readonly<Record<string, number>>;
      readonly firstReceiveAt: number | undefined;
    };

const say = (word: PeerWord): void => void process.send?.(word);

/** Runs a consumer as a process of the bench: `start` begins to consume, and every message passes the meter. */
export function runConsumerPeer(start: (spec: PeerSpec, meter: Meter) => unknown): void {
  const spec = JSON.parse(process.argv[2] ?? '') as PeerSpec;
  const calls = new HttpCalls();
  const meter = new Meter(spec, calls, {
    started: () => {
      say({ word: 'started' });
    },
    ended: (figures) => {
      say({ word: 'ended', figures });
    },
  });
  process.on('message', () => {
    say({ word: 'calls', calls: calls.snapshot(), firstReceiveAt: calls.firstReceiveAt });
  });
  start(spec, meter);
}
