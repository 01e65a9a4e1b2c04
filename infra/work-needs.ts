import { type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Construct } from 'constructs';
import { OptionError } from './option-reader';
import { type Options } from './options';

/** What the consumer gets for the work that runs in it. */
export interface WorkNeeds {
  /** Environment variables that everybody may read. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Environment variables whose values are kept in Secrets Manager. */
  readonly secrets?: Readonly<Record<string, WorkSecret>>;
  /** Called with the consumer's role, wherever it runs. */
  readonly grant?: (consumer: IGrantable) => void;
}

export interface WorkSecret {
  readonly secret: ISecret;
  /** A key of the JSON object that the secret holds; undefined: the whole of it. */
  readonly field?: string;
}

/** Called once at synth. What it makes in `scope` is part of the compute stack, and goes with it. */
export type YourWork = (scope: Construct, options: Options) => WorkNeeds;

/** The consumer's own variables and the work's. Throws an `OptionError` for a name that is invalid or taken. */
export function withNeeds(own: Readonly<Record<string, string>>, needs: WorkNeeds): Record<string, string> {
  const { variables = {}, secrets = {} } = needs;
  const names = [...Object.keys(variables), ...Object.keys(secrets)];
  // Lambda's own rule, which is the stricter one.
  const odd = names.find((name) => !/^[a-z]\w+$/i.test(name));
  if (odd !== undefined)
    throw new OptionError(`infra/your-work.ts sets "${odd}"; a variable has letters, digits and _, a letter first.`);
  const isTaken = (name: string): boolean => name in own || name === 'RESULTS';
  const doubled = names.find((name, index) => isTaken(name) || names.indexOf(name) !== index);
  if (doubled !== undefined)
    throw new OptionError(`infra/your-work.ts sets ${doubled}, which is set already; take another name.`);
  return { ...own, ...variables };
}
