import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from '../synthesis';

// Each is synthesized with cdk-nag's packs as errors: what they find fails it.
const BOTH = { producer: 'fargate', consumer: 'fargate' };

describe('a way out', () => {
  const { compute } = synthesize({ ...BOTH, natGateways: '1', auth: 'api-keys', apiKeysSecret: 'plusone/keys' });
  const without = synthesize(BOTH).compute;

  it('leads from the subnets of the apps to the internet, and takes the place of endpoints that cost something', () => {
    compute.resourceCountIs('AWS::EC2::NatGateway', 1);
    const routes = Object.entries(compute.findResources('AWS::EC2::Route'));
    const out = routes.filter(([, { Properties }]) => 'NatGatewayId' in Properties);
    expect(out.map(([name]) => name)).toEqual([
      expect.stringContaining('AppsSubnet1'),
      expect.stringContaining('AppsSubnet2'),
    ]);
    compute.allResourcesProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
  });

  it('is no way in: nothing has a public address but the gateway', () => {
    compute.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    compute.allResourcesProperties('AWS::ECS::Service', {
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ AssignPublicIp: 'DISABLED' }) },
    });
    compute.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
    compute.allResourcesProperties('AWS::EC2::SecurityGroupIngress', { CidrIp: Match.absent() });
  });

  it('leaves the subnets of a network that is deployed where they are', () => {
    const places = (template: typeof compute): unknown =>
      Object.entries(template.findResources('AWS::EC2::Subnet'))
        .filter(([name]) => name.includes('AppsSubnet'))
        .map(([name, { Properties }]): unknown[] => [name, Properties['CidrBlock'], Properties['AvailabilityZone']]);
    expect(places(compute)).toHaveLength(2);
    expect(places(compute)).toEqual(places(without));
  });
});

it('is in the zones of your choice', () => {
  const zones = ['us-east-1b', 'us-east-1d', 'us-east-1f'];
  const { compute } = synthesize({ ...BOTH, region: 'us-east-1', zones, natGateways: 3 });
  const subnets = Object.values(compute.findResources('AWS::EC2::Subnet'));
  expect(subnets.map(({ Properties }): unknown => Properties['AvailabilityZone'])).toEqual([...zones, ...zones]);
  compute.resourceCountIs('AWS::EC2::NatGateway', 3);
});

describe('a network and a cluster that exist', () => {
  const subnets = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
  const cluster = 'arn:aws:ecs:ap-northeast-2:111122223333:cluster/jobs';
  const vpc = 'vpc-0123456789abcdef0';
  const { compute } = synthesize({ ...BOTH, vpc, subnets, cluster });

  it('are used by services, balancer and link, and nothing is added to them', () => {
    for (const type of ['VPC', 'Subnet', 'VPCEndpoint', 'NatGateway', 'FlowLog', 'Route'])
      compute.resourceCountIs(`AWS::EC2::${type}`, 0);
    compute.resourceCountIs('AWS::ECS::Cluster', 0);
    compute.allResourcesProperties('AWS::ECS::Service', {
      Cluster: 'jobs',
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ Subnets: subnets, AssignPublicIp: 'DISABLED' }) },
    });
    compute.allResourcesProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Subnets: subnets,
      Scheme: 'internal',
    });
    compute.allResourcesProperties('AWS::ApiGatewayV2::VpcLink', { SubnetIds: subnets });
    compute.allResourcesProperties('AWS::EC2::SecurityGroup', { VpcId: vpc });
  });

  it('scale and protect the tasks of that cluster', () => {
    compute.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ResourceId: { 'Fn::Join': ['', Match.arrayWith(['service/jobs/'])] },
    });
    expect(JSON.stringify(compute.findResources('AWS::IAM::Policy'))).toContain(':task/jobs/*');
  });
});
