import { App } from 'aws-cdk-lib';
import 'aws-cdk-lib/testhelpers/jest-autoclean';
import { Template } from 'aws-cdk-lib/assertions';
import { type JobType } from '../contract/job-type';
import { fieldsOf } from '../contract/json';
import { buildStacks } from './app';
import { CDK_CONTEXT } from './cdk-context';
import { type Context } from './option-reader';
import { type YourWork } from './work-needs';

/** The result of `cdk synth` for a context, for tests. Throws if it would refuse, also for findings of cdk-nag. */
export interface Synthesis {
  readonly messaging: Template;
  readonly compute: Template;
}

/** No job types, so that the numbers of tests do not depend on `jobs/`. */
export const NONE: readonly JobType[] = [];

/** What would be uploaded is named by what it holds, and not copied for each synthesis. */
const NOT_COPIED = { 'aws:cdk:disable-asset-staging': true };

const made = new Map<string, Synthesis>();

/** A synthesis takes seconds of processor time: one per context and test file. */
export function synthesize(context: Context = {}): Synthesis {
  const key = JSON.stringify(context);
  const synthesis = made.get(key) ?? synthesizeFresh(context);
  made.set(key, synthesis);
  return synthesis;
}

/** Not kept, since functions cannot be compared. */
export function synthesizeFresh(context: Context, work?: YourWork): Synthesis {
  const app = new App({ analyticsReporting: false, context: { ...CDK_CONTEXT, ...NOT_COPIED, ...context } });
  const stacks = buildStacks(app, process.cwd(), { work, definitions: NONE });
  const assembly = app.synth();
  const template = ({ artifactId }: { readonly artifactId: string }): Template =>
    Template.fromJSON(fieldsOf(assembly.getStackArtifact(artifactId).template));
  return { messaging: template(stacks.messaging), compute: template(stacks.compute) };
}
