import { type Template } from 'aws-cdk-lib/assertions';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

export interface StackTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: unknown;
}

interface Statement {
  readonly Action: string | readonly string[];
}

/** What MiniStack 1.5 does not make; the tests of `infra/` hold these. */
const NOT_MADE: readonly string[] = [
  'AWS::ApiGatewayV2::VpcLink',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::CDK::Metadata',
  'AWS::EC2::FlowLog',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
];

/** Calls that MiniStack authorizes by a name of their own, and the action that AWS asks for. */
const OWN_NAMES: Readonly<Record<string, readonly string[]>> = {
  'sqs:SendMessage': ['sqs:SendMessageBatch'],
  'sqs:DeleteMessage': ['sqs:DeleteMessageBatch'],
  'sqs:ChangeMessageVisibility': ['sqs:ChangeMessageVisibilityBatch'],
};

/** Reads no table from a PartiQL statement, so the call is granted on all. */
const STATEMENTS = { Effect: 'Allow', Action: ['dynamodb:BatchExecuteStatement'], Resource: '*' } as const;

/** A template of ours as MiniStack can deploy it: nothing is added but its own names for what is granted anyway. */
export function deployable(template: Template): StackTemplate {
  const { Resources, Outputs } = template.toJSON() as StackTemplate;
  const made = Object.entries(Resources).filter(([, resource]) => isMade(resource));
  const names = new Set(made.map(([name]) => name));
  return { Resources: Object.fromEntries(made.map(([name, resource]) => [name, adapted(resource, names)])), Outputs };
}

const isMade = ({ Type, Properties }: Resource): boolean =>
  !NOT_MADE.includes(Type) && !(Type === 'AWS::CloudWatch::Alarm' && Properties?.['Metrics'] !== undefined);

function adapted({ DependsOn, ...resource }: Resource, names: ReadonlySet<string>): Resource {
  const dependsOn = [DependsOn ?? []].flat().filter((name) => names.has(name));
  return { ...resource, ...adaptedProperties(resource), ...(dependsOn.length > 0 && { DependsOn: dependsOn }) };
}

function adaptedProperties({ Type, Properties = {} }: Resource): Pick<Resource, 'Properties'> {
  if (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
    return { Properties: { ...Properties, PolicyDocument: granted(Properties) } };
  // The consumer is run as a process; MiniStack would take its messages to a function without an image.
  if (Type === 'AWS::Lambda::EventSourceMapping') return { Properties: { ...Properties, Enabled: false } };
  if (Type !== 'AWS::ApiGatewayV2::Integration') return { Properties };
  // By the link, which is not made.
  return { Properties: { ...Properties, ConnectionId: undefined } };
}

function granted({ PolicyDocument }: Readonly<Record<string, unknown>>): unknown {
  const { Statement: statements, ...document } = PolicyDocument as { readonly Statement: readonly Statement[] };
  const more = (action: string): readonly string[] => [action, ...(OWN_NAMES[action] ?? [])];
  const extended = statements.map((one) => ({ ...one, Action: actionsOf(one).flatMap(more) }));
  const inserts = statements.some((one) => actionsOf(one).includes('dynamodb:PartiQLInsert'));
  return { ...document, Statement: [...extended, ...(inserts ? [STATEMENTS] : [])] };
}

const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();
