import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  DockerImageCode,
  DockerImageFunction,
  type FunctionOptions,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Alarms, FIVE_MINUTES, ONE_MINUTE } from './alarms';
import { imageOf } from './image';
import { logGroup } from './log-group';
import { type Network } from './network';
import { type AppName } from './options-compute';
import { type AppInput } from './variables';

export interface FunctionInput extends AppInput {
  /** Undefined if nothing in a VPC has to be reached. */
  readonly network: Network | undefined;
}

export interface ImageFunctionProps extends Pick<FunctionInput, 'options' | 'root' | 'network'> {
  readonly app: AppName;
  readonly timeoutSeconds: number;
  readonly environment: Record<string, string>;
}

/**
 * The actions with which Lambda puts a function into a VPC:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
const INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** An app's image as a function; callers use the alias `live`, which a rollback points at an older version. */
export class ImageFunction extends Construct {
  readonly alias: Alias;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ImageFunctionProps) {
    super(scope, id);
    const { options, app, root, environment, network } = props;
    const reserved = options.reserved[app];
    const logs = logGroup(this, options.keepData);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Instead of AWS's managed policy, which may write to every log group.
    logs.grantWrite(this.role);
    const code = new DockerImageFunction(this, 'Function', {
      code: DockerImageCode.fromImageAsset(root, imageOf(app, options.architecture)),
      architecture: options.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      role: this.role,
      logGroup: logs,
      timeout: Duration.seconds(props.timeoutSeconds),
      // Processor time comes with memory: 1,769 MB is a whole one.
      memorySize: options.sizes[app].memoryMb,
      ...(network && this.inside(network)),
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      tracing: Tracing.ACTIVE,
      environment,
      description: `Plusone: ${app}`,
      // A rollback goes back to older versions.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version: code.currentVersion });
    Validations.of(code).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'It is for asynchronous invocations; an API and an event source invoke and wait for the answer.',
    });
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'X-Ray takes segments by action only: xray:PutTraceSegments and xray:PutTelemetryRecords name no resource. Nor do the interfaces that Lambda makes in a VPC.',
    });
  }

  private inside({ vpc, subnets: vpcSubnets, databaseGroup }: Network): Partial<FunctionOptions> {
    Grant.addToPrincipal({ grantee: this.role, actions: INTERFACE_ACTIONS, resourceArns: ['*'] });
    return { vpc, vpcSubnets, ...(databaseGroup && { securityGroups: [databaseGroup] }) };
  }

  /** For the dashboard. */
  graph(title: string): GraphWidget {
    const sum = { period: ONE_MINUTE, statistic: 'Sum' };
    const { alias } = this;
    const left = [alias.metricInvocations(sum), alias.metricErrors(sum), alias.metricThrottles(sum)];
    return new GraphWidget({ title, left, right: [alias.metricDuration({ ...sum, statistic: 'p99' })], width: 12 });
  }

  watch(alarms: Alarms, app: string): void {
    const five = { period: FIVE_MINUTES, statistic: 'Sum' };
    alarms.add(`${app}Errors`, {
      metric: this.alias.metricErrors(five),
      above: 0,
      periods: 2,
      says: `The ${app.toLowerCase()}'s function failed or ran out of time for ten minutes; its log says why.`,
    });
    alarms.add(`${app}Throttles`, {
      metric: this.alias.metricThrottles(five),
      above: 0,
      periods: 3,
      says: `Lambda turns the ${app.toLowerCase()}'s invocations away: the account's concurrency is used up.`,
    });
  }
}
