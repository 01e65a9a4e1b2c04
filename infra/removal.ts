import { RemovalPolicy } from 'aws-cdk-lib';

/** Whether what holds data is deleted with its stack, or stays. */
export const removalPolicyOf = (keepData: boolean): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
