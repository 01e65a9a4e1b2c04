import { type Template } from 'aws-cdk-lib/assertions';
import { RECORD_RIGHTS } from '../../results/dynamodb/table-errors';
import { synthesize } from '../synthesis';

/** What a role may do to the table, by the name of its policy. */
function tableRights(template: Template): Map<string, readonly string[]> {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const rights = policies.map(([name, { Properties }]) => {
    const statements = Properties['PolicyDocument'].Statement as { Effect: string; Action: string | string[] }[];
    const actions = statements.flatMap(({ Action }) => Action).filter((action) => action.startsWith('dynamodb:'));
    return [name, actions] as const;
  });
  return new Map(rights.filter(([, actions]) => actions.length > 0));
}

it.each(['lambda', 'fargate'])(
  'on %s both apps have the rights on the table that the store asks for, and no other',
  (compute) => {
    const rights = tableRights(synthesize({ producer: compute, consumer: compute }).compute);
    expect([...rights.keys()]).toEqual([expect.stringMatching(/^Producer/), expect.stringMatching(/^Consumer/)]);
    for (const actions of rights.values()) expect(actions).toEqual(RECORD_RIGHTS.map((right) => `dynamodb:${right}`));
  },
);
