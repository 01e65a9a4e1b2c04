import { Validations } from 'aws-cdk-lib';
import {
  Capability,
  type ContainerDefinition,
  ContainerDependencyCondition,
  ContainerImage,
  type FargateTaskDefinition,
  LinuxParameters,
  type LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import { type AppName } from './options-compute';
import { type CollectorOptions } from './options-telemetry';
import { storedSecret } from './stored-secret';

/** AWS's distribution of OpenTelemetry's collector. */
const IMAGE = 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0';

/** Limits the collector's memory. It drops what it cannot send rather than grow beyond. */
const MEMORY_MB = 200;

const METRICS_PORTS = { producer: 9464, consumer: 9465 } as const;
const VARIABLES = { producer: 'METRICS_PORT', consumer: 'CONSUMER_METRICS_PORT' } as const;
const OTLP = '127.0.0.1:4318';

/** The app's variables, by which the collector beside it finds metrics and gets traces. */
export const collectedVariables = (app: AppName): Record<string, string> => ({
  [VARIABLES[app]]: String(METRICS_PORTS[app]),
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://${OTLP}`,
});

interface Collected {
  readonly app: AppName;
  readonly container: ContainerDefinition;
  readonly logging: LogDriver;
}

/**
 * A collector in the task. It starts before the app and ends after it, so that the last traces are sent. The task does
 * not end with it: an app without a collector goes on.
 */
export function addCollector(task: FargateTaskDefinition, { endpoint, secret }: CollectorOptions, of: Collected): void {
  const linuxParameters = new LinuxParameters(task, 'CollectorLinux');
  linuxParameters.dropCapabilities(Capability.ALL);
  const container = task.addContainer('collector', {
    image: ContainerImage.fromRegistry(IMAGE),
    essential: false,
    memoryLimitMiB: MEMORY_MB,
    environment: {
      AOT_CONFIG_CONTENT: configuration(of.app, endpoint, secret !== undefined),
      GOMEMLIMIT: `${MEMORY_MB * 0.8}MiB`,
    },
    ...(secret !== undefined && { secrets: { OTLP_AUTHORIZATION: storedSecret(task, 'OtlpSecret', secret) } }),
    logging: of.logging,
    readonlyRootFilesystem: true,
    linuxParameters,
  });
  Validations.of(task).acknowledge({
    id: 'CloudFormation-Validate::E1029',
    reason: 'The collector itself puts in ${env:OTLP_AUTHORIZATION}, so that the template does not hold the secret.',
  });
  of.container.addContainerDependencies({ container, condition: ContainerDependencyCondition.START });
}

/** JSON is YAML as well. */
function configuration(app: AppName, endpoint: string, hasSecret: boolean): string {
  const scrape = {
    job_name: app,
    scrape_interval: '30s',
    static_configs: [{ targets: [`127.0.0.1:${METRICS_PORTS[app]}`] }],
  };
  const processors = ['memory_limiter', 'resourcedetection', 'resource', 'batch'];
  const pipeline = (receiver: string): object => ({ receivers: [receiver], processors, exporters: ['otlphttp'] });
  return JSON.stringify({
    receivers: {
      otlp: { protocols: { http: { endpoint: OTLP } } },
      prometheus: { config: { scrape_configs: [scrape] } },
    },
    processors: {
      memory_limiter: { check_interval: '1s', limit_mib: MEMORY_MB * 0.75 },
      // Each task has its target at the same address, so that their series would be one.
      resourcedetection: { detectors: ['ecs'] },
      resource: {
        attributes: [{ key: 'service.instance.id', from_attribute: 'aws.ecs.task.arn', action: 'upsert' }],
      },
      batch: {},
    },
    exporters: {
      otlphttp: {
        endpoint,
        ...(hasSecret && { headers: { authorization: '${env:OTLP_AUTHORIZATION}' } }),
      },
    },
    service: { pipelines: { metrics: pipeline('prometheus'), traces: pipeline('otlp') } },
  });
}
