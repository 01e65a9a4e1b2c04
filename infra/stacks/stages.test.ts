import { type Template } from 'aws-cdk-lib/assertions';
import { synthesize } from '../synthesis';

/** Everything whose name is fixed, so that two of them in an account would collide. */
function namesIn(template: Template): readonly string[] {
  const resources: Record<string, { Type: string; Properties?: Record<string, unknown> }> =
    template.toJSON()['Resources'];
  // An inline policy's name is its role's own affair.
  const named = Object.values(resources).filter(({ Type }) => Type !== 'AWS::IAM::Policy');
  return named
    .flatMap(({ Properties = {} }) =>
      Object.entries(Properties).filter(([key]) => /^(Queue|Table|Dashboard|Policy|Alarm|Function)?Name$/.test(key)),
    )
    .flatMap(([, value]) => (typeof value === 'string' ? [value] : []))
    .sort();
}

const both = (context: object): readonly Template[] => {
  const { messaging, compute } = synthesize({ ...context });
  return [messaging, compute];
};

describe('the names of a stage', () => {
  it.each(['dev', 'prod'])('%s are what they were when it could be dev or prod only', (stage) => {
    const [messaging, compute] = both({ stage, consumer: 'fargate' }).map(namesIn);
    expect(messaging).toEqual([`plusone-${stage}-jobs`, `plusone-${stage}-jobs-dlq`]);
    expect(compute).toEqual(expect.arrayContaining([`plusone-${stage}`, `plusone-${stage}-ap-northeast-2`]));
    expect(compute).toContain(`plusone-${stage}-compute-Consumer-Scaling-backlog-per-task`);
  });

  it('are those of no other stage', () => {
    const [first, second] = ['dev', 'pr-42'].map((stage) =>
      both({ stage, consumer: 'fargate', producer: 'fargate' }).flatMap(namesIn),
    );
    expect(first?.length).toBeGreaterThan(5);
    expect(first?.length).toBe(second?.length);
    expect(first?.filter((name) => second?.includes(name))).toEqual([]);
  });

  it('may be as long as they may be', () => {
    const stage = 'a'.repeat(40);
    for (const name of both({ stage, fifo: true }).flatMap(namesIn)) expect(name.length).toBeLessThanOrEqual(80);
  });
});

describe('what holds data', () => {
  const kept = (context: object): readonly unknown[] =>
    both(context).flatMap((template) =>
      ['AWS::SQS::Queue', 'AWS::DynamoDB::GlobalTable', 'AWS::Logs::LogGroup', 'AWS::KMS::Key'].flatMap((type) =>
        Object.values(template.findResources(type)).map(({ DeletionPolicy }) => DeletionPolicy as unknown),
      ),
    );

  it.each([
    [{ stage: 'dev' }, 'Delete'],
    [{ stage: 'prod' }, 'Retain'],
    [{ stage: 'staging' }, 'Retain'],
    [{ stage: 'pr-42', keepData: false }, 'Delete'],
    [{ stage: 'dev', keepData: true }, 'Retain'],
  ])('with %j: on removal of its stack, %s', (context, policy) => {
    const policies = kept({ ...context, encryption: 'kms', alarmEmail: 'people@example.com' });
    expect(policies.length).toBeGreaterThanOrEqual(7);
    expect(new Set(policies)).toEqual(new Set([policy]));
  });
});

it('has outputs of fixed names, for scripts', () => {
  for (const [producer, consumer] of [
    ['lambda', 'lambda'],
    ['fargate', 'fargate'],
  ]) {
    const [messaging = {}, compute = {}] = both({ producer, consumer }).map((template) => template.findOutputs('*'));
    const own = Object.keys(messaging).filter((name) => !name.startsWith('Exports'));
    const queues = ['DeadLetterQueueArn', 'DeadLetterQueueUrl', 'JobsCommand', 'QueueArn', 'QueueUrl'];
    expect(own.sort()).toEqual([...queues, 'TableName']);
    expect(Object.keys(compute).sort()).toEqual(['DashboardName', 'OperatorPolicyArn', 'Url']);
  }
});

it('has the tags of your choice on everything that has ours', () => {
  const context = { consumer: 'fargate', tags: '{"team":"jobs","cost center":"4711"}' };
  for (const template of both(context)) {
    const tagged = Object.values(template.toJSON()['Resources'] as Record<string, unknown>)
      .map((resource) => JSON.stringify(resource))
      .filter((text) => text.includes('plusone') && /"(Key":"service|service":)/.test(text));
    expect(tagged.length).toBeGreaterThan(5);
    for (const text of tagged) expect(text).toMatch(/"Key":"team","Value":"jobs"|"team":"jobs"/);
  }
});
