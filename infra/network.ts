import {
  GatewayVpcEndpointAwsService as Gateway,
  type IConnectable,
  type InterfaceVpcEndpoint,
  type IVpc,
  InterfaceVpcEndpointAwsService as Interface,
  FlowLogDestination,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { logGroup } from './log-group';
import { type Options } from './options';

/** Two zones of subnets without a way to the internet; AWS's services are reached by endpoints. */
export class Network extends Construct {
  readonly vpc: IVpc;
  private readonly endpoints: readonly InterfaceVpcEndpoint[];

  constructor(scope: Construct, id: string, { stage, auth, producer }: Options) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Apps', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 }],
      gatewayEndpoints: { S3: { service: Gateway.S3 }, DynamoDb: { service: Gateway.DYNAMODB } },
      flowLogs: { All: { destination: FlowLogDestination.toCloudWatchLogs(logGroup(this, stage, 'FlowLogs')) } },
    });
    // An image is pulled from ECR by way of S3.
    const services: Record<string, Interface> = {
      Sqs: Interface.SQS,
      EcrApi: Interface.ECR,
      EcrDocker: Interface.ECR_DOCKER,
      Logs: Interface.CLOUDWATCH_LOGS,
      ...(producer === 'fargate' && auth.kind === 'api-keys' && { Secrets: Interface.SECRETS_MANAGER }),
    };
    this.endpoints = Object.entries(services).map(([name, service]) =>
      vpc.addInterfaceEndpoint(name, { service, open: false }),
    );
    this.vpc = vpc;
  }

  /** The endpoints answer whom they are opened to, not the whole network. */
  openEndpointsTo(peer: IConnectable): void {
    for (const endpoint of this.endpoints) endpoint.connections.allowDefaultPortFrom(peer);
  }
}
