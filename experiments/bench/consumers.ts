/** A consumer that is measured. */
export interface ConsumerPeer {
  readonly name: string;
  readonly title: string;
  /** A compiled script, relative to dist/experiments/bench/peers. */
  readonly script: string;
  readonly variant: string;
  /** How much of a workload's messages it gets, so that a slow one takes about as long: without waits, with waits. */
  readonly share: { readonly calm: number; readonly waiting: number };
}

const FULL = { calm: 1, waiting: 1 };

export const CONSUMERS: readonly ConsumerPeer[] = [
  { name: 'raw-4', title: 'raw SDK, 4 loops', script: 'raw.js', variant: '4', share: FULL },
  { name: 'raw-10', title: 'raw SDK, 10 loops', script: 'raw.js', variant: '10', share: FULL },
  { name: 'plusone', title: 'Plusone, recorded', script: 'plusone.js', variant: 'recorded', share: FULL },
  {
    name: 'plusone-unrecorded',
    title: 'Plusone, not recorded',
    script: 'plusone.js',
    variant: 'unrecorded',
    share: FULL,
  },
  {
    name: 'nestjs-sqs',
    title: '@ssut/nestjs-sqs as documented',
    script: 'nestjs-sqs.js',
    variant: '',
    share: { calm: 0.1, waiting: 0.02 },
  },
];
