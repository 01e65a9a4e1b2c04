import { Stack } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService as Gateway,
  type IConnectable,
  type ISecurityGroup,
  type InterfaceVpcEndpoint,
  type IVpc,
  InterfaceVpcEndpointAwsService as Interface,
  FlowLogDestination,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { logGroup } from './log-group';
import { type ExistingNetwork, type OwnNetwork } from './options-network';
import { type Options } from './options';

export interface NetworkProps {
  readonly options: Options;
  /** Whether tasks get secrets at their start. */
  readonly hasSecrets: boolean;
}

const APPS = 'Apps';

/** Where the apps run. Nobody reaches them from outside; AWS's services are reached by endpoints or a NAT gateway. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /**
   * The group from which the database takes connections; undefined without a database. It belongs to its owner and is
   * not changed.
   */
  readonly databaseGroup: ISecurityGroup | undefined;
  private readonly endpoints: readonly InterfaceVpcEndpoint[];

  constructor(scope: Construct, id: string, { options, hasSecrets }: NetworkProps) {
    super(scope, id);
    const { network } = options;
    if (network.kind === 'existing') {
      const { availabilityZones } = Stack.of(this);
      this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: network.vpcId, availabilityZones });
      this.subnets = { subnets: this.existingSubnets(network) };
      this.endpoints = [];
      const { databaseGroupId: groupId } = network;
      if (groupId !== undefined)
        this.databaseGroup = SecurityGroup.fromSecurityGroupId(this, 'Database', groupId, { mutable: false });
      return;
    }
    const vpc = this.ownVpc(network, options.keepData);
    this.vpc = vpc;
    this.subnets = { subnetGroupName: APPS };
    // With a NAT gateway, endpoints would only be a second way to the same services.
    this.endpoints = network.natGateways > 0 ? [] : addEndpoints(vpc, hasSecrets);
  }

  /** Opens the endpoints to one peer, rather than to the whole network. */
  openEndpointsTo(peer: IConnectable): void {
    for (const endpoint of this.endpoints) endpoint.connections.allowDefaultPortFrom(peer);
  }

  private existingSubnets({ subnetIds }: ExistingNetwork): SubnetSelection['subnets'] {
    return subnetIds.map((subnetId, index) => Subnet.fromSubnetId(this, `Subnet${index + 1}`, subnetId));
  }

  private ownVpc({ zones, natGateways }: OwnNetwork, keepData: boolean): Vpc {
    const subnetType = natGateways > 0 ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED;
    return new Vpc(this, 'Vpc', {
      ...(zones ? { availabilityZones: [...zones] } : { maxAzs: 2 }),
      natGateways,
      subnetConfiguration: [
        { name: APPS, subnetType, cidrMask: 22 },
        // After the apps' subnets, so that those keep their addresses when a gateway is added later.
        ...(natGateways > 0
          ? [{ name: 'Nat', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false }]
          : []),
      ],
      gatewayEndpoints: { S3: { service: Gateway.S3 }, DynamoDb: { service: Gateway.DYNAMODB } },
      flowLogs: { All: { destination: FlowLogDestination.toCloudWatchLogs(logGroup(this, keepData, 'FlowLogs')) } },
    });
  }
}

function addEndpoints(vpc: Vpc, hasSecrets: boolean): InterfaceVpcEndpoint[] {
  // An image is pulled from ECR by way of S3.
  const services: Record<string, Interface> = {
    Sqs: Interface.SQS,
    EcrApi: Interface.ECR,
    EcrDocker: Interface.ECR_DOCKER,
    Logs: Interface.CLOUDWATCH_LOGS,
    ...(hasSecrets && { Secrets: Interface.SECRETS_MANAGER }),
  };
  return Object.entries(services).map(([name, service]) => vpc.addInterfaceEndpoint(name, { service, open: false }));
}
