import { Duration, Validations } from 'aws-cdk-lib';
import {
  Capability,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LinuxParameters,
  LogDriver,
  OperatingSystemFamily,
  PropagatedTagSource,
  type Secret,
} from 'aws-cdk-lib/aws-ecs';
import { type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { GraphWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ONE_MINUTE } from './alarms';
import { addCollector, collectedVariables } from './collector';
import { imageOf } from './image';
import { logGroup } from './log-group';
import { type Network } from './network';
import { type AppName } from './options-compute';
import { type AppInput } from './variables';

export interface ServiceInput extends AppInput {
  readonly cluster: ICluster;
  readonly network: Network;
}

export interface ImageServiceProps extends ServiceInput {
  readonly app: AppName;
  readonly port: number;
  readonly environment: Record<string, string>;
  readonly secrets?: (scope: Construct) => Record<string, Secret>;
}

/**
 * An app's image as a Fargate service: read-only, without capabilities, in subnets that nobody reaches from outside.
 */
export class ImageService extends Construct {
  readonly service: FargateService;

  constructor(scope: Construct, id: string, props: ImageServiceProps) {
    super(scope, id);
    this.service = new FargateService(this, 'Service', {
      cluster: props.cluster,
      vpcSubnets: props.network.subnets,
      ...this.groups(props.network),
      // No desired count: scaling owns it, and a deployment would set it back.
      taskDefinition: this.task(props),
      // A deployment starts the new tasks before it stops the old ones, and goes back by itself when they do not live.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      // Tasks are what is billed, so they carry the stage's tag.
      propagateTags: PropagatedTagSource.SERVICE,
    });
    props.network.openEndpointsTo(this.service);
    // A task that starts before it may log in and before the endpoints are there fails, and three such end a
    // deployment.
    const { executionRole } = this.service.taskDefinition;
    this.service.node.findChild('Service').node.addDependency(props.network, ...(executionRole ? [executionRole] : []));
  }

  /** For the dashboard. */
  graph(title: string): GraphWidget {
    const right = [this.service.metricCpuUtilization({ period: ONE_MINUTE })];
    return new GraphWidget({ title, left: [runningTasks(this.service)], right, width: 12 });
  }

  /** The database's group takes no rule of ours, so that the balancer's is for one of the app's own. */
  private groups({ vpc, databaseGroup }: Network): { securityGroups?: ISecurityGroup[] } {
    if (databaseGroup === undefined) return {};
    return { securityGroups: [new SecurityGroup(this, 'Group', { vpc, description: 'Plusone' }), databaseGroup] };
  }

  private task(props: ImageServiceProps): FargateTaskDefinition {
    const { options, numbers, app, root, port } = props;
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: options.sizes[app].cpuUnits,
      memoryLimitMiB: options.sizes[app].memoryMb,
      runtimePlatform: {
        cpuArchitecture: options.architecture === 'arm64' ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const linuxParameters = new LinuxParameters(this, 'Linux');
    linuxParameters.dropCapabilities(Capability.ALL);
    const logs = logGroup(this, options.keepData);
    const container = task.addContainer(app, {
      image: ContainerImage.fromAsset(root, imageOf(app, options.architecture)),
      environment: environmentOf(props),
      ...(props.secrets && { secrets: props.secrets(this) }),
      logging: LogDriver.awsLogs({ streamPrefix: app, logGroup: logs }),
      readonlyRootFilesystem: true,
      linuxParameters,
      stopTimeout: Duration.seconds(numbers.stopTimeoutSeconds),
      portMappings: [{ containerPort: port }],
      healthCheck: {
        command: aliveCommand(port),
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(30),
      },
    });
    if (options.collector) {
      const logging = LogDriver.awsLogs({ streamPrefix: 'collector', logGroup: logs });
      addCollector(task, options.collector, { app, container, logging });
    }
    acknowledge(task);
    return task;
  }
}

const environmentOf = ({
  app,
  options: { region, collector },
  environment,
}: ImageServiceProps): Record<string, string> => ({
  AWS_REGION: region,
  ...environment,
  ...(collector && collectedVariables(app)),
});

/** A metric of Container Insights, which the cluster therefore has on. */
export function runningTasks({ cluster, serviceName }: FargateService): Metric {
  return new Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'RunningTaskCount',
    dimensionsMap: { ClusterName: cluster.clusterName, ServiceName: serviceName },
    period: ONE_MINUTE,
    statistic: 'Average',
  });
}

/**
 * Checks `live`, not `ready`: another task does not mend a queue or store that is unavailable. The image has no shell.
 */
function aliveCommand(port: number): string[] {
  const script = `fetch('http://127.0.0.1:${port}/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;
  return ['CMD', '/nodejs/bin/node', '-e', script];
}

function acknowledge(task: FargateTaskDefinition): void {
  Validations.of(task).acknowledge(
    {
      id: 'AwsSolutions-ECS2',
      reason: 'Plain variables name queue, table and numbers; API keys and the URL of a database come as secrets.',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'To log in to ECR (ecr:GetAuthorizationToken) names no resource; the image itself is granted by its repository.',
    },
  );
}
