import { eventually } from '../harness/eventually';
import { type StackTemplate } from './deployable';

export const REGION = 'ap-northeast-2';
const ACCOUNT_ID = '000000000000';

/** Its signature is not checked, as it is the account's own. */
const ROOT = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What is asked of AWS without a client of its own among our dependencies: CloudFormation, STS and Lambda. */
export class Cloud {
  constructor(readonly endpoint: string) {}

  /** For a client of the SDK, by default as the account itself. */
  as(credentials: Credentials = ROOT): { endpoint: string; region: string; credentials: Credentials } {
    return { endpoint: this.endpoint, region: REGION, credentials };
  }

  /** Rejects with the events that failed. */
  async deploy(name: string, template: StackTemplate): Promise<void> {
    const stack = { Version: '2010-05-15', StackName: name };
    const capabilities = { 'Capabilities.member.1': 'CAPABILITY_IAM' };
    await this.query('cloudformation', {
      ...{ Action: 'CreateStack', TemplateBody: JSON.stringify(template) },
      ...stack,
      ...capabilities,
    });
    const status = await eventually(
      async () => {
        const [found = ''] = valuesOf(
          await this.query('cloudformation', { Action: 'DescribeStacks', ...stack }),
          'StackStatus',
        );
        return found.endsWith('_IN_PROGRESS') ? false : found;
      },
      { withinMs: 60_000, everyMs: 100 },
    );
    if (status === 'CREATE_COMPLETE') return;
    const events = await this.query('cloudformation', { Action: 'DescribeStackEvents', ...stack });
    throw new Error(`${name} is ${status}: ${valuesOf(events, 'ResourceStatusReason').join('; ')}`);
  }

  /** The physical id of a resource, by the beginning of its logical one. */
  async resource(stack: string, type: string, begins: string): Promise<string> {
    const listed = await this.query('cloudformation', {
      ...{ Action: 'ListStackResources', Version: '2010-05-15', StackName: stack },
    });
    const found = listed
      .split('</member>')
      .filter((member) => valuesOf(member, 'ResourceType').includes(type))
      .find((member) => valuesOf(member, 'LogicalResourceId')[0]?.startsWith(begins));
    const [id] = valuesOf(found ?? '', 'PhysicalResourceId');
    if (id === undefined) throw new Error(`${stack} has no ${type} ${begins}`);
    return id;
  }

  /** A role of the account's own people that may do what the policy says. */
  async roleWith(policyArn: string): Promise<string> {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }, Action: 'sts:AssumeRole' }],
    };
    const of = { Version: '2010-05-08', RoleName: 'people' };
    await this.query('iam', { Action: 'CreateRole', AssumeRolePolicyDocument: JSON.stringify(trust), ...of });
    await this.query('iam', { Action: 'AttachRolePolicy', PolicyArn: policyArn, ...of });
    return of.RoleName;
  }

  async assume(role: string): Promise<Required<Credentials>> {
    const answer = await this.query('sts', {
      ...{ Action: 'AssumeRole', Version: '2011-06-15', RoleSessionName: 'test' },
      RoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${role}`,
    });
    const [accessKeyId = ''] = valuesOf(answer, 'AccessKeyId');
    const [secretAccessKey = ''] = valuesOf(answer, 'SecretAccessKey');
    const [sessionToken = ''] = valuesOf(answer, 'SessionToken');
    return { accessKeyId, secretAccessKey, sessionToken };
  }

  /** The variables that a deployed function is started with. */
  async variables(functionName: string): Promise<Record<string, string>> {
    const url = `${this.endpoint}/2015-03-31/functions/${functionName}/configuration`;
    const answer = await fetch(url, { headers: signed('lambda') });
    if (!answer.ok) throw new Error(await answer.text());
    const { Environment } = (await answer.json()) as { Environment: { Variables: Record<string, string> } };
    return Environment.Variables;
  }

  private async query(service: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams(parameters);
    const answer = await fetch(this.endpoint, { method: 'POST', headers: signed(service), body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service}: ${valuesOf(text, 'Message').join(' ')}`);
    return text;
  }
}

const signed = (service: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${ROOT.accessKeyId}/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

const valuesOf = (xml: string, tag: string): string[] =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, value = '']) => value);
