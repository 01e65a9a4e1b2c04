import { definitionFaults } from '../../contract/definition-faults';
import { DELIVERY } from '../../contract/delivery';
import { type Policy } from '../../contract/job-type';
import { MAX_WITHIN_LEASE_SECONDS, queuePolicy } from '../../transport/delivery/policy';
import { TEST_JOB } from '../harness/jobs';

// The transport knows nothing of job types, so these numbers stand in both.

it('a job type that says nothing has the policy of a handler that says nothing', () => {
  const { maxAttempts, backoff } = queuePolicy(DELIVERY);
  expect(TEST_JOB.policy).toMatchObject({ maxAttempts, backoff });
});

it('a job type may take as long as a handler may, and no longer', () => {
  const faultsOf = (policy: Partial<Policy>): readonly string[] =>
    definitionFaults([{ ...TEST_JOB, policy: { ...TEST_JOB.policy, ...policy } }]);
  expect(faultsOf({ timeoutSeconds: MAX_WITHIN_LEASE_SECONDS })).toEqual([]);
  expect(faultsOf({ timeoutSeconds: MAX_WITHIN_LEASE_SECONDS + 1 })).toHaveLength(1);
});
