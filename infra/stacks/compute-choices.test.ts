import { App } from 'aws-cdk-lib';
import { type Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { buildStacks } from '../app';
import { CDK_CONTEXT } from '../cdk-context';
import { NONE, synthesize } from '../synthesis';

/** What changes with each edit of a source: the images' hashes, and with them the versions of functions. */
function withoutHashes(template: Template): unknown {
  const { Resources, Outputs } = template.toJSON();
  const text = JSON.stringify({ Resources, Outputs })
    .replaceAll(/[\da-f]{64}/g, '<image>')
    .replaceAll(/(CurrentVersion[\dA-F]{8})[\da-f]{32}/g, '$1<version>');
  return JSON.parse(text);
}

// Each is synthesized with cdk-nag's packs and CDK's own validation as errors: what they find fails it.
describe.each([
  ['lambda', 'lambda'],
  ['lambda', 'fargate'],
  ['fargate', 'lambda'],
  ['fargate', 'fargate'],
])('producer on %s, consumer on %s', (producer, consumer) => {
  it('is as it was, and without findings', () => {
    const { messaging, compute } = synthesize({ producer, consumer });
    expect(withoutHashes(messaging)).toMatchSnapshot('messaging');
    expect(withoutHashes(compute)).toMatchSnapshot('compute');
  });

  it('has a dashboard of its queue and of both apps', () => {
    const [dashboard] = Object.values(
      synthesize({ producer, consumer }).compute.findResources('AWS::CloudWatch::Dashboard'),
    );
    const body = JSON.stringify(dashboard);
    for (const title of ['Requests', 'Oldest job', 'Dead letters', 'Producer', 'Consumer'])
      expect(body).toContain(`\\"title\\":\\"${title}\\"`);
    expect(body.includes('RunningTaskCount')).toBe([producer, consumer].includes('fargate'));
    expect(body.includes('Throttles')).toBe([producer, consumer].includes('lambda'));
  });

  it('is without findings in prod, by FIFO, with keys, domain and mail of its own', () => {
    const { messaging } = synthesize({
      ...{ producer, consumer, stage: 'prod', fifo: true, encryption: 'kms', architecture: 'x86_64' },
      ...{ auth: 'api-keys', apiKeysSecret: 'plusone/keys', alarmEmail: 'people@example.com' },
      domain: 'jobs.example.com',
      certificate: 'arn:aws:acm:ap-northeast-2:111122223333:certificate/6b1f7d3e-0000-4000-8000-000000000000',
    });
    messaging.resourceCountIs('AWS::SQS::Queue', 2);
  });
});

it('a stage may change between Lambda and Fargate: what the apps import is the same', () => {
  const exports = (producer: string, consumer: string): readonly string[] =>
    Object.keys(synthesize({ producer, consumer }).messaging.findOutputs('*')).sort();
  const first = exports('lambda', 'lambda');
  for (const [producer, consumer] of [
    ['lambda', 'fargate'],
    ['fargate', 'lambda'],
    ['fargate', 'fargate'],
  ] as const)
    expect(exports(producer, consumer)).toEqual(first);
});

describe('what would be a finding', () => {
  const synthesizeWith = (
    context: object,
    change: (stacks: ReturnType<typeof buildStacks>) => unknown = () => undefined,
  ): void => {
    const app = new App({ analyticsReporting: false, context: { ...CDK_CONTEXT, ...context } });
    change(buildStacks(app, process.cwd(), { definitions: NONE }));
    app.synth();
  };

  it.each(['AwsSolutions-SQS4', 'Serverless-SQSRedrivePolicy'])('of cdk-nag fails the synthesis: %s', (rule) => {
    const bare = (): void => {
      synthesizeWith({}, ({ messaging }) => new Queue(messaging, 'Bare'));
    };
    expect(bare).toThrow(rule);
  });

  it("of CDK's template validation fails the synthesis", () => {
    const odd = (): void => {
      synthesizeWith({ extensions: { queue: { DelaySeconds: 'soon' } } });
    };
    expect(odd).toThrow(/Validation failed|DelaySeconds/);
  });
});
