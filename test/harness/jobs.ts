import { IsDefined, IsNumber, Max } from 'class-validator';
import { DEFAULT_TYPE } from '../../contract/job';
import { defineJob, type JobType } from '../../contract/job-type';
import { type Run, workBy } from '../../jobs/work';

const RULE = { message: 'must be a number up to 1000000' };

class TestInput {
  @IsDefined({ message: `is missing; it ${RULE.message}` })
  @IsNumber({ allowNaN: false, allowInfinity: false }, RULE)
  @Max(1_000_000, RULE)
  readonly input: number;
}

class TestResult {
  @IsNumber({}, { message: 'must be a finite number' })
  readonly result: number;
}

/** The default type's job as tests of the mechanics have it, whatever `jobs/` holds. */
export const TEST_JOB = defineJob({ type: DEFAULT_TYPE, input: TestInput, result: TestResult });

class AnyInput {
  @IsDefined()
  readonly input: unknown;
}

class AnyResult {
  @IsDefined()
  readonly result: unknown;
}

/** The policy of a definition, as far as it says one. */
export type PolicyParts = NonNullable<Parameters<typeof defineJob>[0]['policy']>;

/** A job type from anything to anything, for tests of what else a definition says. */
export const anyJob = (
  type: string,
  parts: { readonly version?: number; readonly policy?: PolicyParts } = {},
): JobType => defineJob({ type, input: AnyInput, result: AnyResult, ...parts });

/** Work of a test's own. */
export type TestRun = Run<typeof TEST_JOB>;

export const testWork = (run: TestRun = ({ input }) => ({ result: input + 1 })) => workBy(TEST_JOB, run);
