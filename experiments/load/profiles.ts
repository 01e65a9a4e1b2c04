/** Imported by k6 as well as by Node: plain data and arithmetic, no imports. */
export const PROFILE_NAMES = ['smoke', 'load', 'stress', 'spike'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export const isProfileName = (text: string | undefined): text is ProfileName =>
  PROFILE_NAMES.some((name) => name === text);

/** Of one run; undefined: the profile's own. */
export interface Wishes {
  /** Jobs a second at most. */
  readonly peak?: number | undefined;
  readonly p99Ms?: number | undefined;
}

interface Stage {
  readonly seconds: number;
  /** Jobs a second at its end. */
  readonly target: number;
}

interface Profile {
  readonly what: string;
  /** Jobs a second at most. */
  readonly peak: number;
  /** Shares of the peak; a profile with a single stage keeps to its rate. */
  readonly stages: readonly { readonly seconds: number; readonly share: number }[];
  /** Share of requests that may be refused with a 503, and of arrivals that k6 may drop. */
  readonly refused: number;
  readonly dropped: number;
  /** Generous, as machines are shared; undefined: no limit on wall clock at all, for CI. */
  readonly p99Ms: number | undefined;
}

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  smoke: {
    what: 'Does it work at all: few jobs, steadily.',
    peak: 20,
    stages: [{ seconds: 10, share: 1 }],
    refused: 0,
    dropped: 0,
    p99Ms: undefined,
  },
  load: {
    what: 'A usual busy minute.',
    peak: 200,
    stages: [
      { seconds: 10, share: 1 },
      { seconds: 60, share: 1 },
      { seconds: 5, share: 0 },
    ],
    refused: 0.01,
    dropped: 0.01,
    p99Ms: 2_000,
  },
  stress: {
    what: 'More and more, to see where it bends, and that it does not break.',
    peak: 800,
    stages: [0.25, 0.5, 0.75, 1].flatMap((share) => [
      { seconds: 5, share },
      { seconds: 15, share },
    ]),
    refused: 0.2,
    dropped: 0.2,
    p99Ms: 10_000,
  },
  spike: {
    what: 'Calm, then a sudden crowd, then calm.',
    peak: 500,
    stages: [
      { seconds: 10, share: 0.05 },
      { seconds: 1, share: 1 },
      { seconds: 10, share: 1 },
      { seconds: 1, share: 0.05 },
      { seconds: 20, share: 0.05 },
    ],
    refused: 0.2,
    dropped: 0.2,
    p99Ms: 10_000,
  },
};

/** No more virtual users than this: each costs k6 memory, and 2,000 requests at once are more than a laptop answers. */
const MAX_USERS = 2_000;

/** An answer takes 10 s at the longest, so with ten times the rate of users no arrival waits for one. */
const MAX_ANSWER_SECONDS = 10;

/** One run: what k6 is to do, and what must hold. */
export interface Plan {
  readonly name: ProfileName;
  readonly what: string;
  readonly peak: number;
  readonly startRate: number;
  readonly stages: readonly Stage[];
  readonly users: number;
  readonly usersAtMost: number;
  readonly thresholds: Readonly<Record<string, string[]>>;
}

/** Jobs that the stages ask for, each stage a ramp from the one before. */
export const jobsIn = ({ startRate, stages }: Pick<Plan, 'startRate' | 'stages'>): number =>
  stages.reduce(
    (sum, { seconds, target }, index) => sum + (seconds * (target + (stages[index - 1]?.target ?? startRate))) / 2,
    0,
  );

export function planOf(name: ProfileName, wishes: Wishes = {}): Plan {
  const { what, stages: shares, refused, dropped, ...own } = PROFILES[name];
  const peak = wishes.peak ?? own.peak;
  const p99Ms = wishes.p99Ms ?? own.p99Ms;
  const stages = shares.map(({ seconds, share }) => ({ seconds, target: Math.ceil(peak * share) }));
  const startRate = name === 'smoke' || name === 'spike' ? (stages[0]?.target ?? 0) : 0;
  const mayDrop = Math.floor(jobsIn({ startRate, stages }) * dropped);
  return {
    name,
    what,
    peak,
    startRate,
    stages,
    users: Math.min(MAX_USERS, peak),
    usersAtMost: Math.min(MAX_USERS, peak * MAX_ANSWER_SECONDS),
    thresholds: {
      accepted_jobs: ['count>0'],
      failed_requests: ['rate==0'],
      refused_requests: [`rate<=${refused}`],
      dropped_iterations: [`count<=${mayDrop}`],
      ...(p99Ms !== undefined && { http_req_duration: [`p(99)<${p99Ms}`] }),
    },
  };
}

/** Load goes to this machine only: anywhere else it would be an attack or a bill. */
export const isLoopback = (url: string): boolean =>
  /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?\/?$/.test(url);
