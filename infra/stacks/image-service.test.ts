import { Match, type Template } from 'aws-cdk-lib/assertions';
import { DELIVERY } from '../../contract/delivery';
import { synthesize } from '../synthesis';

const BOTH = { producer: 'fargate', consumer: 'fargate' };

const SECRET = 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:plusone/keys-AbCd12';

const container = (template: Template, Name: string): Record<string, unknown> => {
  const tasks = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  const all = tasks.flatMap(({ Properties }) => Properties['ContainerDefinitions'] as Record<string, unknown>[]);
  const found = all.filter((one) => one['Name'] === Name);
  expect(found).toHaveLength(1);
  return found[0] ?? {};
};

const variables = (template: Template, name: string): Record<string, unknown> => {
  const pairs = container(template, name)['Environment'] as readonly { Name: string; Value: unknown }[];
  return Object.fromEntries(pairs.map(({ Name, Value }) => [Name, Value]));
};

describe('a task', () => {
  it.each(['producer', 'consumer'])('of the %s is read-only, has no capability and time to drain', (name) => {
    const definition = container(synthesize(BOTH).compute, name);
    expect(definition).toMatchObject({
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      StopTimeout: 120,
      Essential: true,
    });
    // What the process takes at most before it ends itself.
    expect(definition['StopTimeout']).toBeGreaterThan(DELIVERY.drainSeconds + 5);
  });

  it.each(['producer', 'consumer'])('of the %s is asked whether it lives, without a shell', (name) => {
    const { HealthCheck } = container(synthesize(BOTH).compute, name) as { HealthCheck: { Command: string[] } };
    expect(HealthCheck.Command.slice(0, 3)).toEqual(['CMD', '/nodejs/bin/node', '-e']);
    expect(HealthCheck.Command[3]).toContain('/health/live');
  });

  it.each(['producer', 'consumer'])('of the %s has a processor and memory of your choice', (app) => {
    const size = (context: object): unknown => {
      const { compute } = synthesize({ ...BOTH, ...context });
      const tasks = Object.values(compute.findResources('AWS::ECS::TaskDefinition'));
      const { Properties } = tasks.find((task) => JSON.stringify(task).includes(`"Name":"${app}"`)) ?? {};
      return Properties && [Properties['Cpu'], Properties['Memory']];
    };
    expect(size({})).toEqual(['256', '512']);
    expect(size({ [`${app}Cpu`]: '1024', [`${app}Memory`]: '3072' })).toEqual(['1024', '3072']);
  });

  it.each([
    ['arm64', 'ARM64'],
    ['x86_64', 'X86_64'],
  ])('is %s by choice', (architecture, CpuArchitecture) => {
    synthesize({ ...BOTH, architecture }).compute.allResourcesProperties('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture },
    });
  });

  it('carries the tags of its service, by which it is paid', () => {
    synthesize(BOTH).compute.allResourcesProperties('AWS::ECS::Service', { PropagateTags: 'SERVICE' });
  });

  it('that does not live takes its deployment back', () => {
    synthesize(BOTH).compute.allResourcesProperties('AWS::ECS::Service', {
      DeploymentConfiguration: Match.objectLike({
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
      }),
      // Scaling's to say.
      DesiredCount: Match.absent(),
    });
  });
});

describe('the network', () => {
  const { compute } = synthesize(BOTH);

  it('is there before a service starts its first task, and so is the right to pull its image', () => {
    const before = [...names('AWS::EC2::VPCEndpoint'), ...names('AWS::EC2::SecurityGroupIngress', /Endpoint|Network/)];
    expect(before.length).toBeGreaterThan(6);
    for (const { DependsOn } of Object.values(compute.findResources('AWS::ECS::Service')))
      expect(DependsOn).toEqual(
        expect.arrayContaining([...before, expect.stringMatching(/ExecutionRoleDefaultPolicy/)]),
      );
  });

  const names = (type: string, pattern = /./): string[] =>
    Object.keys(compute.findResources(type)).filter((name) => pattern.test(name));

  it('has no way out, and endpoints for what the apps use', () => {
    compute.resourceCountIs('AWS::EC2::NatGateway', 0);
    compute.resourceCountIs('AWS::EC2::InternetGateway', 0);
    const services = JSON.stringify(compute.findResources('AWS::EC2::VPCEndpoint'));
    for (const service of ['sqs', 'ecr.api', 'ecr.dkr', 'logs', '.s3', '.dynamodb'])
      expect(services).toContain(service);
    expect(services).not.toContain('secretsmanager');
  });

  it('reaches the secret where keys are kept in one', () => {
    const keyed = synthesize({ ...BOTH, auth: 'api-keys', apiKeysSecret: 'plusone/keys' }).compute;
    expect(JSON.stringify(keyed.findResources('AWS::EC2::VPCEndpoint'))).toContain('secretsmanager');
  });

  it('lets nobody in by address', () => {
    compute.allResourcesProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
    compute.allResourcesProperties('AWS::EC2::SecurityGroupIngress', {
      CidrIp: Match.absent(),
      SourceSecurityGroupId: Match.anyValue(),
    });
  });
});

describe('the producer on Fargate', () => {
  it('is behind a balancer inside the network', () => {
    const { compute } = synthesize(BOTH);
    compute.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
    compute.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { HealthCheckPath: '/health/live' });
    compute.hasResourceProperties('AWS::ApiGatewayV2::Integration', { ConnectionType: 'VPC_LINK' });
  });

  it('leaves callers to the API, or asks for the keys itself', () => {
    expect(variables(synthesize(BOTH).compute, 'producer')).toMatchObject({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true' });
    const { compute } = synthesize({ ...BOTH, auth: 'api-keys', apiKeysSecret: 'plusone/keys' });
    expect(variables(compute, 'producer')).not.toHaveProperty('ALLOW_ANONYMOUS');
    expect(variables(compute, 'producer')).toMatchObject({ RATE_LIMIT_PER_SECOND: '100' });
    expect(container(compute, 'producer')['Secrets']).toMatchObject([{ Name: 'API_KEYS' }]);
  });

  it('learns who calls from a header that the API overwrites, or from the token that it verified', () => {
    const jwt = { auth: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'jobs' };
    const integration = (template: Template, RequestParameters: unknown): void => {
      template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { RequestParameters });
    };
    const [signed, verified, keyed] = [{}, jwt, { auth: 'api-keys', apiKeysSecret: 'plusone/keys' }].map(
      (options) => synthesize({ ...BOTH, ...options }).compute,
    ) as [Template, Template, Template];
    integration(signed, { 'overwrite:header.x-plusone-caller': '$context.identity.userArn' });
    expect(variables(signed, 'producer')).toMatchObject({ CALLER_FROM: 'header:x-plusone-caller' });
    integration(verified, Match.absent());
    expect(variables(verified, 'producer')).toMatchObject({ CALLER_FROM: 'token' });
    integration(keyed, Match.absent());
    expect(variables(keyed, 'producer')).not.toHaveProperty('CALLER_FROM');
  });

  it('is as many as you choose', () => {
    synthesize({ ...BOTH, stage: 'prod', producerMinTasks: 3, producerMaxTasks: 100 }).compute.hasResourceProperties(
      'AWS::ApplicationAutoScaling::ScalableTarget',
      { MinCapacity: 3, MaxCapacity: 100 },
    );
  });

  it.each([
    ['plusone/keys', ':secret:plusone/keys"', ':secret:plusone/keys-??????"'],
    [SECRET, `"${SECRET}"`, `"${SECRET}"`],
  ])('takes its keys from %s, and may read that secret only', (apiKeysSecret, valueFrom, resource) => {
    const { compute } = synthesize({ ...BOTH, auth: 'api-keys', apiKeysSecret });
    const [secret] = container(compute, 'producer')['Secrets'] as { ValueFrom: unknown }[];
    expect(JSON.stringify(secret?.ValueFrom)).toContain(valueFrom);
    const grants = JSON.stringify(compute.findResources('AWS::IAM::Policy')).split('secretsmanager:GetSecretValue');
    expect(grants).toHaveLength(2);
    expect(grants[1]?.split('"Version"')[0]).toContain(resource);
    expect(grants[1]).not.toContain(`secret:arn`);
  });

  it('is two in prod, one in dev', () => {
    for (const [stage, MinCapacity] of [
      ['dev', 1],
      ['prod', 2],
    ])
      synthesize({ ...BOTH, stage, minTasks: 3 }).compute.hasResourceProperties(
        'AWS::ApplicationAutoScaling::ScalableTarget',
        { MinCapacity, MaxCapacity: 10 },
      );
  });
});

describe('the consumer on Fargate', () => {
  const { compute } = synthesize(BOTH);
  const policy = (template: Template, PolicyType: string): Record<string, Record<string, unknown>> =>
    template.findResources('AWS::ApplicationAutoScaling::ScalingPolicy', { Properties: { PolicyType } });

  it('has as many tasks as keep the backlog, waiting and in flight, at a task’s concurrency', () => {
    compute.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 100,
        CustomizedMetricSpecification: {
          Metrics: Match.arrayWith([
            Match.objectLike({ Expression: '(waiting + inFlight) / IF(FILL(tasks, 0) > 0, FILL(tasks, 0), 1)' }),
          ]),
        },
      },
    });
    expect(variables(compute, 'consumer')).toMatchObject({ CONCURRENCY: '100', VISIBILITY_TIMEOUT_SECONDS: '30' });
  });

  it('wakes from no task, and rests when nothing waits, is in flight or delayed', () => {
    expect(Object.keys(policy(compute, 'StepScaling'))).toHaveLength(2);
    const steps = JSON.stringify(policy(compute, 'StepScaling'));
    expect(steps.match(/"AdjustmentType":"ExactCapacity"/g)).toHaveLength(2);
    expect(steps.match(/"ScalingAdjustment":\d+/g)?.sort()).toEqual(['"ScalingAdjustment":0', '"ScalingAdjustment":1']);
    const alarms = JSON.stringify(compute.findResources('AWS::CloudWatch::Alarm'));
    // Whatever the metrics say of tasks: where one runs, nothing wakes another.
    expect(alarms).toContain('IF(MAX(FILL([inFlight, tasks], 0)) < 1, waiting, 0)');
    expect(alarms).toContain('waiting + inFlight + delayed');
  });

  it('keeps a least number of tasks, and then neither wakes nor rests', () => {
    const { compute: kept } = synthesize({ ...BOTH, minTasks: '2', maxTasks: '4', concurrency: '20' });
    kept.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 4 });
    expect(policy(kept, 'StepScaling')).toEqual({});
    expect(JSON.stringify(policy(kept, 'TargetTrackingScaling'))).toContain('"TargetValue":20');
  });

  it('may protect its own tasks from scaling in', () => {
    expect(JSON.stringify(compute.findResources('AWS::IAM::Policy'))).toContain('ecs:UpdateTaskProtection');
  });
});
