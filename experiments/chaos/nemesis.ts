/** What goes wrong in a chaos run, each on purpose and for a while. */
interface Nemesis {
  /** Those of one lane come one after the other, those of different lanes at once. */
  readonly lane: 'process' | 'network' | 'store';
  /** Milliseconds; for `kill` and `broker-kill` until the restart, for `term` unused: it lasts as long as the drain. */
  readonly lasts: readonly [least: number, most: number];
  readonly targets: readonly [Target, ...Target[]];
}

/** A process, or what stands between it and the broker. */
export type Target = 'producer' | 'consumer-1' | 'consumer-2' | 'all';

/** Lease of a delivery in a chaos run; the contract's 30 s, scaled down so that leases end often. */
export const VISIBILITY_SECONDS = 4;

const LEASE_MS = VISIBILITY_SECONDS * 1_000;
const CONSUMERS = ['consumer-1', 'consumer-2'] as const;
const EVERYONE = ['producer', 'consumer-1', 'consumer-2', 'all'] as const;

export const NEMESES = {
  kill: { lane: 'process', lasts: [100, 1_500], targets: ['producer', ...CONSUMERS, ...CONSUMERS] },
  term: { lane: 'process', lasts: [0, 0], targets: ['producer', ...CONSUMERS, ...CONSUMERS] },
  freeze: { lane: 'process', lasts: [LEASE_MS * 1.3, LEASE_MS * 2], targets: CONSUMERS },
  'broker-down': { lane: 'network', lasts: [1_000, 4_000], targets: EVERYONE },
  'broker-kill': { lane: 'network', lasts: [100, 2_000], targets: ['all'] },
  blackhole: { lane: 'network', lasts: [1_500, 5_000], targets: EVERYONE },
  reset: { lane: 'network', lasts: [2_000, 4_000], targets: EVERYONE },
  slow: { lane: 'network', lasts: [3_000, 6_000], targets: EVERYONE },
  throttle: { lane: 'network', lasts: [2_000, 4_000], targets: EVERYONE },
  duplicate: { lane: 'network', lasts: [2_000, 4_000], targets: ['all'] },
  'lost-deletes': { lane: 'network', lasts: [2_000, 4_000], targets: [...CONSUMERS, 'all'] },
  'failed-heartbeats': { lane: 'network', lasts: [LEASE_MS, LEASE_MS * 1.7], targets: [...CONSUMERS, 'all'] },
  'store-away': { lane: 'store', lasts: [1_500, 8_000], targets: ['all'] },
} as const satisfies Readonly<Record<string, Nemesis>>;

export type NemesisName = keyof typeof NEMESES;

const isNemesis = (name: string): name is NemesisName => Object.hasOwn(NEMESES, name);
export const NEMESIS_NAMES = Object.keys(NEMESES).filter(isNemesis);

/** One nemesis at work once. */
export interface Firing {
  readonly nemesis: NemesisName;
  /** Milliseconds from the begin of the run; later if the one before it in its lane is not over. */
  readonly at: number;
  readonly lastsMs: number;
  readonly target: Target;
  /** Whether the network before the broker or before the results store suffers. */
  readonly before: 'broker' | 'store';
  /** Seed of what it draws while it lasts. */
  readonly seed: number;
}
