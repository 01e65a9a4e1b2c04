import { type Job } from '../contract/job';
import { type Effect } from '../results/records';

/** The work. Replace it by your own; everything else stays. `docs/effects.md` says how it happens exactly once. */
export function addOne({ input }: Job): Effect {
  return { result: input + 1 };
}
