import { onceElsewhere } from '../results/elsewhere';
import { TEST_JOB } from '../test/harness/jobs';
import { type Work, type WorkJob, workBy, workOf } from './work';

class Halves implements Work<typeof TEST_JOB> {
  run({ input }: WorkJob<typeof TEST_JOB>) {
    return { result: input / 2 };
  }
}

class Words {
  run() {
    return { result: 'two' };
  }
}

it('takes work whose result the definition has, and no other compiles', () => {
  expect(workOf(TEST_JOB, Halves).definition).toBe(TEST_JOB);
  // @ts-expect-error The definition says that the result is a number.
  workOf(TEST_JOB, Words);
  // @ts-expect-error The same by a function.
  workBy(TEST_JOB, () => ({ result: 'two' }));
  workBy(TEST_JOB, (job, { records, signal }) =>
    // @ts-expect-error An effect elsewhere has it too.
    onceElsewhere({ records, job }, { leaseSeconds: 5, signal }, () => Promise.resolve({ result: 'two' })),
  );
  // @ts-expect-error And it says that the input is a number.
  workBy(TEST_JOB, ({ input }) => ({ result: input.length }));
});
