import { CfnResource } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { type Fields } from '../contract/json';

/** Sets properties of the resource that a construct makes, under CloudFormation's own names. */
export function override({ node }: Construct, properties: Fields = {}): void {
  const { defaultChild: resource } = node;
  if (!CfnResource.isCfnResource(resource)) throw new TypeError(`${node.path} makes no single resource.`);
  for (const [name, value] of Object.entries(properties)) resource.addPropertyOverride(name, value);
}
