import { RemovalPolicy } from 'aws-cdk-lib';
import { type Stage } from './options';

/** What holds data goes with its stack in dev and stays behind in prod. */
export const removalPolicyOf = (stage: Stage): RemovalPolicy =>
  stage === 'prod' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
