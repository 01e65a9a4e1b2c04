import { IsDefined, IsNumber, Max } from 'class-validator';
import { DEFAULT_TYPE } from '../../contract/job';
import { defineJob } from '../../contract/job-type';
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

/** Work of a test's own. */
export type TestRun = Run<typeof TEST_JOB>;

export const testWork = (run: TestRun = ({ input }) => ({ result: input + 1 })) => workBy(TEST_JOB, run);
