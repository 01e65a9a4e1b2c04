/** Who takes the transfers: the consumer of the tutorial, `sqs-consumer` as its README shows it, and ours. */
export const CONSUMERS = ['tutorial', 'sqs-consumer', 'plusone'] as const;
export type ConsumerName = (typeof CONSUMERS)[number];

/** One queue as somebody might have set it up, and the work its messages mean. Seconds are real ones. */
export interface Setting {
  readonly workSeconds: number;
  readonly visibilitySeconds: number;
  /** The queue's maxReceiveCount: received so often, the next receive moves a message to the dead-letter queue. */
  readonly receiveLimit: number;
}

export interface Grid {
  readonly workSeconds: readonly number[];
  readonly visibilitySeconds: readonly number[];
  readonly receiveLimits: readonly number[];
  /** Ordered in every cell, each of `AMOUNT`. */
  readonly transfers: number;
  /** What the story of one transfer is drawn from. */
  readonly story: Setting;
}

/** Money of one transfer. */
export const AMOUNT = 100;

/** Of `sqs-consumer`, beside each other on a queue, so that one is free when a message shows up again. */
export const PLAIN_INSTANCES = 8;

/**
 * Except for the tutorial's 15 s under 5 s no work time is a multiple of a timeout, since what happens then is chance.
 */
export const FULL: Grid = {
  workSeconds: [1, 3, 7, 15],
  visibilitySeconds: [2, 5, 10, 20],
  receiveLimits: [1, 2, 5],
  transfers: 4,
  story: { workSeconds: 15, visibilitySeconds: 5, receiveLimit: 2 },
};

export const QUICK: Grid = {
  workSeconds: [1, 5],
  visibilitySeconds: [2, 8],
  receiveLimits: [2],
  transfers: 2,
  story: { workSeconds: 5, visibilitySeconds: 2, receiveLimit: 2 },
};

export const settingsOf = ({ workSeconds, visibilitySeconds, receiveLimits }: Grid): Setting[] =>
  receiveLimits.flatMap((receiveLimit) =>
    workSeconds.flatMap((work) =>
      visibilitySeconds.map((visibility) => ({ workSeconds: work, visibilitySeconds: visibility, receiveLimit })),
    ),
  );

export const nameOf = ({ workSeconds, visibilitySeconds, receiveLimit }: Setting): string =>
  `w${workSeconds}-v${visibilitySeconds}-l${receiveLimit}`;

/**
 * Seconds after which a cell that is not settled will not be: each receive in turn, worked on to its end, and slack.
 */
export const longestSeconds = ({ workSeconds, visibilitySeconds, receiveLimit }: Setting): number =>
  Math.max(workSeconds, visibilitySeconds) * (receiveLimit + 1) + SLACK_SECONDS;

const SLACK_SECONDS = 15;
