import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { type JobType } from '../contract/job-type';
import { fieldsOf } from '../contract/json';
import { DEFINITIONS } from '../jobs/definitions';
import { checkOptions } from './checks';
import { ComputeStack } from './compute-stack';
import { MessagingStack } from './messaging-stack';
import { deriveNumbers } from './numbers';
import { readOptions } from './options';
import { type YourWork } from './work-needs';
import { yourWork } from './your-work';

export interface Stacks {
  readonly messaging: MessagingStack;
  readonly compute: ComputeStack;
}

/** The job types, and what their work needs: the repository's own, except in tests. */
interface BuiltFor {
  readonly work?: YourWork | undefined;
  readonly definitions?: readonly JobType[];
}

/** Both stacks as the app's context chooses; `root` is the repository's folder, which the images are built from. */
export function buildStacks(
  app: App,
  root: string,
  { work = yourWork, definitions = DEFINITIONS }: BuiltFor = {},
): Stacks {
  const options = readOptions(fieldsOf(app.node.getAllContext()));
  const numbers = deriveNumbers(options, definitions);
  checkOptions(options, numbers, definitions);
  const name = `plusone-${options.stage}`;
  const messaging = new MessagingStack(app, `${name}-messaging`, { options, numbers });
  const compute = new ComputeStack(app, `${name}-compute`, { options, numbers, messaging, root, work });
  const tags = { ...options.tags, service: 'plusone', stage: options.stage };
  for (const [key, value] of Object.entries(tags)) Tags.of(app).add(key, value);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return { messaging, compute };
}
