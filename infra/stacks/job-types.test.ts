import { anyJob, type PolicyParts, TEST_JOB } from '../../test/harness/jobs';
import { checkOptions } from '../checks';
import { deriveNumbers, type Numbers } from '../numbers';
import { type Context, OptionError } from '../option-reader';
import { readOptions } from '../options';

function choose(policy: PolicyParts, context: Context): Numbers {
  const definitions = [TEST_JOB, anyJob('render', { policy })];
  const options = readOptions(context);
  const numbers = deriveNumbers(options, definitions);
  checkOptions(options, numbers, definitions);
  return numbers;
}

const FARGATE = { consumer: 'fargate' };

it.each<[PolicyParts, Context, Partial<Numbers>]>([
  [{ timeoutSeconds: 600 }, {}, { functionTimeoutSeconds: 630, visibilityTimeoutSeconds: 3_780, maxReceiveCount: 68 }],
  [{ timeoutSeconds: 600 }, { handlerTimeout: '700' }, { functionTimeoutSeconds: 730 }],
  [{ timeoutSeconds: 10.5 }, { handlerTimeout: '5' }, { functionTimeoutSeconds: 41 }],
  [{ timeoutSeconds: 5 }, {}, { functionTimeoutSeconds: 90, visibilityTimeoutSeconds: 540 }],
  [{ timeoutSeconds: 870 }, { batchWindow: '300' }, { functionTimeoutSeconds: 900, visibilityTimeoutSeconds: 5_700 }],
  [{ timeoutSeconds: 7_200 }, FARGATE, { visibilityTimeoutSeconds: 30, queueVisibilitySeconds: 5_400 }],
  [{ timeoutSeconds: 7_200 }, FARGATE, { unfinishedMinutes: 130, maxReceiveCount: 1_000 }],
  [{ maxAttempts: 2 }, {}, { minReceiveCount: 23 }],
  [{ maxAttempts: 100 }, {}, { minReceiveCount: 118, maxReceiveCount: 480 }],
])('a policy of %j, deployed with %j: %j', (policy, context, numbers) => {
  expect(choose(policy, context)).toMatchObject(numbers);
});

it.each<[string, PolicyParts, Context, string]>([
  [
    'a run longer than a function may take',
    { timeoutSeconds: 871 },
    {},
    'The job type render has policy.timeoutSeconds 871; on Lambda it takes at most 870 s: use consumer=fargate.',
  ],
  [
    'a lease shorter than the longest run',
    { timeoutSeconds: 600 },
    { visibilityTimeout: '540' },
    "visibilityTimeout is 540; it takes at least the function's timeout and the batchWindow, 630 s.",
  ],
  [
    'more attempts than receives',
    { maxAttempts: 100 },
    { visibilityTimeout: '2400' },
    'visibilityTimeout is 2400; it takes at most 2196 s, so that a message can be received 118 times before it expires.',
  ],
  [
    'a redrive sooner than the attempts are over',
    { maxAttempts: 100 },
    { extensions: { queue: { RedrivePolicy: { maxReceiveCount: 50 } } } },
    'extensions.queue.RedrivePolicy.maxReceiveCount is 50; it takes 118 to 480: what a job may need before its own limits end it, and what fits into the retention.',
  ],
  [
    'a policy that cannot work',
    { maxAttempts: 0 },
    {},
    'The job type render has policy.maxAttempts 0; it takes a whole number from 1 to 982.',
  ],
])('%s is refused in a sentence', (...[, policy, context, sentence]) => {
  const refused = (): unknown => choose(policy, context);
  expect(refused).toThrow(OptionError);
  expect(refused).toThrow(sentence);
});
