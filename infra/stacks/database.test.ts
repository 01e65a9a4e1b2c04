import { type Template } from 'aws-cdk-lib/assertions';
import { synthesize } from '../synthesis';

const SECRET = 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:plusone/database-a1B2c3';
const GROUP = 'sg-0123456789abcdef0';
const SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const DATABASE = {
  ...{ databaseSecret: SECRET, vpc: 'vpc-0123456789abcdef0', subnets: SUBNETS, securityGroup: GROUP },
};

/** Of all policies: what they allow, and on what. */
const statements = (template: Template): readonly { Action: string | string[]; Resource: unknown }[] =>
  Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties['PolicyDocument'].Statement as { Action: string | string[]; Resource: unknown }[],
  );

// Each is synthesized with cdk-nag's packs as errors: what they find fails it.
describe.each(['lambda', 'fargate'])('records in a database, both apps on %s', (app) => {
  const { messaging, compute } = synthesize({ producer: app, consumer: app, ...DATABASE });

  it('takes the place of the table, its rights, its alarms and its output', () => {
    messaging.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    const whole = JSON.stringify([messaging.toJSON(), compute.toJSON()]);
    expect(whole).not.toMatch(/dynamodb:|TableName|ThrottleEvents/);
  });

  it('is reached from its network, with the group that it takes connections from, which stays as it is', () => {
    for (const { Properties } of Object.values(compute.findResources('AWS::Lambda::Function')))
      expect(Properties['VpcConfig']).toEqual({ SecurityGroupIds: [GROUP], SubnetIds: SUBNETS });
    for (const { Properties } of Object.values(compute.findResources('AWS::ECS::Service')))
      expect(Properties['NetworkConfiguration'].AwsvpcConfiguration).toMatchObject({
        SecurityGroups: expect.arrayContaining([GROUP]),
        Subnets: SUBNETS,
      });
    for (const { Properties } of Object.values(compute.findResources('AWS::EC2::SecurityGroupIngress')))
      expect(Properties['GroupId']).not.toBe(GROUP);
    for (const type of ['VPC', 'Subnet', 'VPCEndpoint', 'NatGateway']) compute.resourceCountIs(`AWS::EC2::${type}`, 0);
  });

  it('has its URL from the secret, by its whole ARN, in no other place', () => {
    const functions = Object.values(compute.findResources('AWS::Lambda::Function'));
    for (const { Properties } of functions)
      expect(Properties['Environment'].Variables.RESULTS).toBe(`{{resolve:secretsmanager:${SECRET}:SecretString:::}}`);
    const tasks = Object.values(compute.findResources('AWS::ECS::TaskDefinition'));
    for (const { Properties } of tasks) {
      const [container] = Properties['ContainerDefinitions'];
      expect(container.Secrets).toEqual([{ Name: 'RESULTS', ValueFrom: SECRET }]);
      expect(JSON.stringify(container.Environment)).not.toContain('RESULTS');
    }
    expect(functions.length + tasks.length).toBe(2);
  });

  it('lets tasks read that secret alone, and functions none', () => {
    const ofSecrets = statements(compute).filter(({ Action }) => JSON.stringify(Action).includes('secretsmanager:'));
    expect(ofSecrets).toHaveLength(app === 'fargate' ? 2 : 0);
    for (const { Resource } of ofSecrets) expect(Resource).toBe(SECRET);
  });

  it('gives the rights that it gave', () => {
    const rights = statements(compute).map(({ Action, Resource }) => ({ Action, Resource }));
    expect(rights).toMatchSnapshot();
  });
});
