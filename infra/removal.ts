import { RemovalPolicy } from 'aws-cdk-lib';

/** What holds data goes with its stack, or stays behind. */
export const removalPolicyOf = (keepData: boolean): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
