import { type Template } from 'aws-cdk-lib/assertions';
import { synthesize } from '../synthesis';

const OTLP = {
  telemetry: 'otlp',
  natGateways: '1',
  otlpEndpoint: 'https://otlp.example.com/',
  otlpSecret: 'plusone/otlp',
};
const BOTH = { ...OTLP, producer: 'fargate', consumer: 'fargate' };

interface Container {
  readonly Name: string;
  readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
  readonly [property: string]: unknown;
}

const tasks = (template: Template): Container[][] =>
  Object.values(template.findResources('AWS::ECS::TaskDefinition')).map(
    ({ Properties }) => Properties['ContainerDefinitions'] as Container[],
  );

const named = (containers: readonly Container[], name: string): Container | undefined =>
  containers.find(({ Name }) => Name === name);

const variable = (container: Container | undefined, name: string): string | undefined =>
  container?.Environment.find(({ Name }) => Name === name)?.Value;

describe('telemetry=otlp', () => {
  const { compute } = synthesize(BOTH);

  it.each([
    ['producer', 'METRICS_PORT', 9464],
    ['consumer', 'CONSUMER_METRICS_PORT', 9465],
  ])('puts a collector beside the %s, which finds its metrics and gets its traces', (app, port, number) => {
    const task = tasks(compute).find((containers) => named(containers, app));
    const [of, collector] = [named(task ?? [], app), named(task ?? [], 'collector')];
    expect(of).toMatchObject({ DependsOn: [{ ContainerName: 'collector', Condition: 'START' }], Essential: true });
    expect(variable(of, port)).toBe(String(number));
    expect(variable(of, 'OTEL_EXPORTER_OTLP_ENDPOINT')).toBe('http://127.0.0.1:4318');
    expect(variable(of, 'METRICS')).toBe('emf');
    expect(collector).toMatchObject({
      Essential: false,
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      Secrets: [{ Name: 'OTLP_AUTHORIZATION' }],
    });
    expect(collector?.['Image']).toMatch(/:v\d+\.\d+\.\d+$/);
    expect(collector).not.toHaveProperty('PortMappings');
    const configuration = variable(collector, 'AOT_CONFIG_CONTENT') ?? '';
    expect(JSON.parse(configuration)).toMatchObject({
      receivers: {
        otlp: { protocols: { http: { endpoint: '127.0.0.1:4318' } } },
        prometheus: { config: { scrape_configs: [{ static_configs: [{ targets: [`127.0.0.1:${number}`] }] }] } },
      },
      exporters: {
        otlphttp: { endpoint: 'https://otlp.example.com', headers: { authorization: '${env:OTLP_AUTHORIZATION}' } },
      },
      service: { pipelines: { metrics: { receivers: ['prometheus'] }, traces: { receivers: ['otlp'] } } },
    });
  });

  it('tells tasks apart, whose targets have the same address in each', () => {
    for (const task of tasks(compute)) {
      const { processors, service } = JSON.parse(variable(named(task, 'collector'), 'AOT_CONFIG_CONTENT') ?? '') as {
        processors: Readonly<Record<string, object>>;
        service: { pipelines: Readonly<Record<string, { processors: string[] }>> };
      };
      expect(processors).toMatchObject({
        resourcedetection: { detectors: ['ecs'] },
        resource: {
          attributes: [{ key: 'service.instance.id', from_attribute: 'aws.ecs.task.arn', action: 'upsert' }],
        },
      });
      for (const { processors: order } of Object.values(service.pipelines))
        expect(order).toEqual(['memory_limiter', 'resourcedetection', 'resource', 'batch']);
    }
  });

  it('gives the tasks no right that they had not, and reads the one secret', () => {
    const policies = JSON.stringify(compute.findResources('AWS::IAM::Policy'));
    expect(policies.match(/secretsmanager:GetSecretValue/g)).toHaveLength(2);
    expect(policies).not.toMatch(/xray:|cloudwatch:PutMetricData|aps:/);
  });

  it('is for the app on Fargate alone where the other is a function', () => {
    const { compute: mixed } = synthesize({ ...OTLP, consumer: 'fargate' });
    expect(tasks(mixed).map((containers) => containers.map(({ Name }) => Name))).toEqual([['consumer', 'collector']]);
  });
});

it('is not there by default', () => {
  const names = tasks(synthesize({ producer: 'fargate', consumer: 'fargate' }).compute).flat();
  expect(names.map(({ Name }) => Name).sort()).toEqual(['consumer', 'producer']);
});
