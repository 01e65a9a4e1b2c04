import { type Template } from 'aws-cdk-lib/assertions';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_RIGHTS } from '../../results/dynamodb/table-errors';
import { OPERATOR_ACTIONS } from '../operator';
import { synthesize } from '../synthesis';

const ROOT = join(__dirname, '../..');

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function statementsOf(template: Template): readonly Statement[] {
  const [policy] = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
  return policy?.['Properties'].PolicyDocument.Statement as readonly Statement[];
}

/** `SendMessageBatchCommand` is `sqs:SendMessage`: IAM has no names for batches of SQS. */
function actionsOf(source: string): string[] {
  const imports = [
    ...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-(\w+)'|const \{([^}]*)\} = library\(\)/g),
  ];
  return imports.flatMap(([, imported, service = 'lambda', taken]) => {
    const commands = [...(imported ?? taken ?? '').matchAll(/(\w+)Command\b/g)];
    return commands.map(([, command = '']) => `${service}:${command.replace(/Batch$/, '')}`);
  });
}

it('allows each call that the commands make, and no other', () => {
  const files = globSync('ops/{jobs,cli,console}/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'));
  const called = files.flatMap((file) => actionsOf(readFileSync(join(ROOT, file), 'utf8')));
  const ofRecords = RECORD_RIGHTS.map((right) => `dynamodb:${right}`);
  const { key, secret, ...allowed } = OPERATOR_ACTIONS;
  expect(secret).toEqual(['secretsmanager:GetSecretValue']);
  expect(key).toEqual(['kms:GenerateDataKey', 'kms:Decrypt']);
  expect(new Set(Object.values(allowed).flat())).toEqual(new Set([...called, ...ofRecords]));
});

it.each([
  ['lambda', 6],
  ['fargate', 5],
])('is of this queue, its dead letters and its table, with the consumer on %s', (consumer, count) => {
  const statements = statementsOf(synthesize({ consumer }).compute);
  expect(statements).toHaveLength(count);
  const anywhere = statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action);
  expect(anywhere).toEqual(['lambda:ListEventSourceMappings']);
  const updates = statements.filter(({ Action }) => Action === 'lambda:UpdateEventSourceMapping');
  expect(JSON.stringify(updates).includes(':event-source-mapping:')).toBe(consumer === 'lambda');
});

it('allows the use of a key of yours', () => {
  const actions = statementsOf(synthesize({ stage: 'prod', encryption: 'kms' }).compute).flatMap(
    ({ Action }) => Action,
  );
  expect(actions).toEqual(expect.arrayContaining([...OPERATOR_ACTIONS.key]));
});

it('an output, each alarm and the dashboard name a command with all that it takes', () => {
  const { messaging, compute } = synthesize();
  const [{ Value: output }] = Object.values(messaging.findOutputs('JobsCommand')) as [{ Value: unknown }];
  const alarms = [messaging, compute].flatMap((one) => Object.values(one.findResources('AWS::CloudWatch::Alarm')));
  const said = alarms.map((alarm): unknown => alarm['Properties'].AlarmDescription);
  const dashboards = Object.values(compute.findResources('AWS::CloudWatch::Dashboard'));
  expect(said.length).toBeGreaterThan(10);
  for (const text of [output, ...said, ...dashboards])
    expect(JSON.stringify(text)).toMatch(
      /QUEUE_URL=.* DLQ_URL=.* RESULTS=dynamodb:.* AWS_REGION=ap-northeast-2 npm run -s jobs -- (status|failed --group)/,
    );
});

it('docs/operations.md has a heading for each alarm', () => {
  const docs = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const stacks = ['lambda', 'fargate'].flatMap((where) => {
    const { messaging, compute } = synthesize({ producer: where, consumer: where });
    return [messaging, compute];
  });
  const ids = stacks.flatMap((one) => Object.keys(one.findResources('AWS::CloudWatch::Alarm')));
  const alarms = new Set(ids.flatMap((id) => /^Alarms(\w+)[\dA-F]{8}$/.exec(id)?.[1] ?? []));
  const headings = [...docs.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(expect.arrayContaining([...alarms]));
});

it("the longest description of an alarm fits into CloudWatch's 1,024 characters", () => {
  const stage = 'a'.repeat(40);
  const { messaging, compute } = synthesize({ stage, fifo: true });
  const alarms = [messaging, compute].flatMap((one) => Object.values(one.findResources('AWS::CloudWatch::Alarm')));
  // A reference stands for a URL or for the name of a table.
  const resolved = (text: unknown): string =>
    typeof text === 'string' ? text : (text as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1].map(part).join('');
  const part = (one: unknown): string => (typeof one === 'string' ? one : 'x'.repeat(150));
  const lengths = alarms.map((alarm) => resolved(alarm['Properties'].AlarmDescription).length);
  expect(Math.max(...lengths)).toBeLessThan(1_024);
});
