import { Match, type Template } from 'aws-cdk-lib/assertions';
import { deriveNumbers } from '../numbers';
import { readOptions } from '../options';
import { synthesize } from '../synthesis';

const variablesOf = (template: Template, app: string): Record<string, unknown> => {
  const found = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { Description: `Plusone: ${app}` } }),
  );
  expect(found).toHaveLength(1);
  const variables: Record<string, unknown> = found[0]?.['Properties'].Environment.Variables;
  return variables;
};

describe('the consumer on Lambda', () => {
  const { compute } = synthesize();

  it('answers for each message of a batch, and is invoked by its alias a limited number of times at once', () => {
    compute.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 50 },
      MaximumBatchingWindowInSeconds: Match.absent(),
      FunctionName: { 'Fn::Join': ['', Match.arrayWith([':live'])] },
    });
  });

  it('takes a larger batch with a window', () => {
    synthesize({ batchSize: '1000', batchWindow: '20', maxConcurrency: '7' }).compute.hasResourceProperties(
      'AWS::Lambda::EventSourceMapping',
      { BatchSize: 1000, MaximumBatchingWindowInSeconds: 20, ScalingConfig: { MaximumConcurrency: 7 } },
    );
  });

  it('is told by the adapter where events go and that an error is an error', () => {
    expect(variablesOf(compute, 'consumer')).toMatchObject({
      AWS_LWA_PORT: '3001',
      CONSUMER_PORT: '3001',
      HOST: '127.0.0.1',
      AWS_LWA_PASS_THROUGH_PATH: '/events',
      AWS_LWA_ERROR_STATUS_CODES: '400-599',
      AWS_LWA_READINESS_CHECK_PATH: '/health/live',
      HANDLER_TIMEOUT_SECONDS: '60',
      VISIBILITY_TIMEOUT_SECONDS: '540',
    });
  });

  it.each([{}, { handlerTimeout: '870', batchWindow: '300' }, { handlerTimeout: '1' }])(
    'with %j is shorter than the lease by six times and the window',
    (context) => {
      const { messaging, compute: chosen } = synthesize(context);
      const { batchWindowSeconds, ...options } = readOptions(context);
      const { functionTimeoutSeconds } = deriveNumbers({ batchWindowSeconds, ...options }, []);
      chosen.hasResourceProperties('AWS::Lambda::Function', {
        Description: 'Plusone: consumer',
        Timeout: options.handlerTimeoutSeconds + 30,
      });
      messaging.hasResourceProperties('AWS::SQS::Queue', {
        QueueName: 'plusone-dev-jobs',
        VisibilityTimeout: 6 * functionTimeoutSeconds + batchWindowSeconds,
      });
    },
  );
});

describe('the producer on Lambda', () => {
  const { compute } = synthesize();

  it('listens on loopback for the adapter, without keys', () => {
    const variables = variablesOf(compute, 'producer');
    expect(variables).toMatchObject({ AWS_LWA_PORT: '3000', PORT: '3000', HOST: '127.0.0.1' });
    expect(Object.keys(variables)).not.toEqual(expect.arrayContaining(['API_KEYS']));
    expect(Object.keys(variables)).not.toEqual(expect.arrayContaining(['ALLOW_ANONYMOUS']));
  });

  it('learns from the adapter who calls, where the API knows', () => {
    const jwt = { auth: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'jobs' };
    expect(variablesOf(compute, 'producer')).toMatchObject({ CALLER_FROM: 'request-context' });
    expect(variablesOf(synthesize(jwt).compute, 'producer')).toMatchObject({ CALLER_FROM: 'request-context' });
    const { compute: keyed } = synthesize({ auth: 'api-keys', apiKeysSecret: 'plusone/keys' });
    expect(variablesOf(keyed, 'producer')).not.toHaveProperty('CALLER_FROM');
  });

  it('may take longer than a caller may wait for a result, and less than the API waits', () => {
    compute.hasResourceProperties('AWS::Lambda::Function', { Description: 'Plusone: producer', Timeout: 29 });
  });

  it('gets its keys from the secret, which the template only names', () => {
    const { compute: keyed } = synthesize({ auth: 'api-keys', apiKeysSecret: 'plusone/keys' });
    expect(variablesOf(keyed, 'producer')).toMatchObject({
      API_KEYS: '{{resolve:secretsmanager:plusone/keys:SecretString:::}}',
      // Not loopback, where the producer would do without keys: an empty secret keeps it from starting.
      HOST: '0.0.0.0',
    });
    expect(variablesOf(keyed, 'producer')).not.toHaveProperty('ALLOW_ANONYMOUS');
  });
});

describe('both on Lambda', () => {
  it.each([
    ['producer', 1_024],
    ['consumer', 512],
  ])('have memory and concurrency of your choice: the %s', (app, MemorySize) => {
    const Description = `Plusone: ${app}`;
    const unchosen = { Description, MemorySize, ReservedConcurrentExecutions: Match.absent() };
    synthesize().compute.hasResourceProperties('AWS::Lambda::Function', unchosen);
    synthesize({ [`${app}Memory`]: '1769', [`${app}Reserved`]: '60' }).compute.hasResourceProperties(
      'AWS::Lambda::Function',
      { Description, MemorySize: 1_769, ReservedConcurrentExecutions: 60 },
    );
  });

  it.each([
    ['arm64', 'arm64', 'linux/arm64'],
    ['x86_64', 'x86_64', 'linux/amd64'],
  ])('are %s', (architecture, expected) => {
    const { compute } = synthesize({ architecture });
    compute.allResourcesProperties('AWS::Lambda::Function', { Architectures: [expected], PackageType: 'Image' });
  });

  it('keep logs as long as the stage says', () => {
    synthesize().compute.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    synthesize({ stage: 'prod' }).compute.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  it('keep their older versions, which a rollback goes back to', () => {
    synthesize().compute.allResources('AWS::Lambda::Version', { DeletionPolicy: 'Retain' });
  });

  it('tell of errors and of throttles', () => {
    const alarms = Object.values(synthesize().compute.findResources('AWS::CloudWatch::Alarm'));
    const ours = alarms.filter(({ Properties }) => Properties['Namespace'] === 'AWS/Lambda');
    for (const app of ['producer', 'consumer'])
      for (const metric of ['Errors', 'Throttles'])
        expect(ours).toContainEqual(
          expect.objectContaining({
            Properties: expect.objectContaining({
              MetricName: metric,
              AlarmDescription: { 'Fn::Join': ['', expect.arrayContaining([expect.stringContaining(app)])] },
              Dimensions: expect.arrayContaining([expect.objectContaining({ Name: 'Resource' })]),
            }),
          }),
        );
  });

  it('have no network of their own', () => {
    synthesize().compute.resourceCountIs('AWS::EC2::VPC', 0);
    synthesize().compute.resourceCountIs('AWS::ECS::Cluster', 0);
  });
});
