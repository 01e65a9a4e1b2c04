import { Match } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { readOptions } from '../options';
import { synthesize, synthesizeFresh } from '../synthesis';
import { type WorkNeeds } from '../work-needs';
import { yourWork as empty } from '../your-work';
import { yourWork as example } from '../your-work.example';

it('is what docs/deploy.md shows', () => {
  const source = readFileSync('infra/your-work.example.ts', 'utf8');
  expect(readFileSync('docs/deploy.md', 'utf8')).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
});

it('needs nothing as long as nothing is said', () => {
  expect(empty(undefined as never, readOptions({}))).toEqual({});
});

const SECRET = 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:payment-a1B2c3';
const RIGHT = {
  PolicyDocument: {
    Statement: Match.arrayWith([
      Match.objectLike({
        Action: 'dynamodb:UpdateItem',
        Resource: { 'Fn::Join': ['', Match.arrayWith([':table/accounts-dev'])] },
      }),
    ]),
  },
};

describe('on Lambda', () => {
  const { compute } = synthesizeFresh({}, example);

  it('gives the function variables, the secret at deployment, and the right', () => {
    compute.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Plusone: consumer',
      Environment: {
        Variables: Match.objectLike({
          QUEUE_URL: Match.anyValue(),
          PAYMENT_URL: 'https://pay.example.com/charges',
          ACCOUNTS_TABLE: 'accounts-dev',
          PAYMENT_KEY: `{{resolve:secretsmanager:${SECRET}:SecretString:key::}}`,
        }),
      },
    });
    compute.hasResourceProperties('AWS::IAM::Policy', {
      ...RIGHT,
      Roles: [{ Ref: Match.stringLikeRegexp('Consumer') }],
    });
  });

  it('leaves the producer as it is', () => {
    const producer = (template: typeof compute): unknown =>
      Object.values(
        template.findResources('AWS::Lambda::Function', { Properties: { Description: 'Plusone: producer' } }),
      ).map(({ Properties }): unknown => Properties['Environment']);
    expect(producer(compute)).toHaveLength(1);
    expect(producer(compute)).toEqual(producer(synthesize().compute));
  });
});

describe('on Fargate', () => {
  const { compute } = synthesizeFresh({ consumer: 'fargate' }, example);

  it('gives tasks variables, the secret at their start, the right, and a way to the secret', () => {
    compute.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Environment: Match.arrayWith([{ Name: 'PAYMENT_URL', Value: 'https://pay.example.com/charges' }]),
          Secrets: [{ Name: 'PAYMENT_KEY', ValueFrom: `${SECRET}:key::` }],
        }),
      ],
    });
    compute.hasResourceProperties('AWS::IAM::Policy', {
      ...RIGHT,
      Roles: [{ Ref: Match.stringLikeRegexp('TaskRole') }],
    });
    expect(JSON.stringify(compute.findResources('AWS::EC2::VPCEndpoint'))).toContain('secretsmanager');
  });
});

describe('what cannot be given', () => {
  const secret = { secret: undefined as never };
  it.each<[string, WorkNeeds, RegExp]>([
    [
      'a variable of ours',
      { variables: { QUEUE_URL: 'x' } },
      /^infra\/your-work\.ts sets QUEUE_URL, which is set already/,
    ],
    ['a secret in its place', { secrets: { RESULTS: secret } }, /sets RESULTS, which is set already/],
    [
      'a variable that is a secret, too',
      { variables: { KEY: 'x' }, secrets: { KEY: secret } },
      /sets KEY, which is set/,
    ],
    ['no name', { variables: { '1-x': 'x' } }, /sets "1-x"; a variable has letters, digits and _, a letter first\.$/],
  ])('%s', (_name, needs, sentence) => {
    for (const consumer of ['lambda', 'fargate'])
      expect(() => synthesizeFresh({ consumer }, () => needs)).toThrow(sentence);
  });
});
