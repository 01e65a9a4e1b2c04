import { IgnoreMode } from 'aws-cdk-lib';
import { type DockerImageAssetOptions, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { type AppName, type ComputeOptions } from './options-compute';

const DOCKERFILE = 'docker/Dockerfile';

/** Large folders that are never in an image; `.dockerignore` lists more. The asset's hash covers the rest. */
const OUTSIDE = ['.git', 'cdk.out', 'dist', 'node_modules'];

/** One Dockerfile for both apps and both ways to run them: the web adapter in it does nothing outside Lambda. */
export function imageOf(
  app: AppName,
  architecture: ComputeOptions['architecture'],
): DockerImageAssetOptions & { readonly file: string } {
  return {
    file: DOCKERFILE,
    target: app,
    platform: architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    // A Dockerfile in a folder is left out of the context by a `.dockerignore` that lists what goes in.
    exclude: [...OUTSIDE, `!${DOCKERFILE}`],
    ignoreMode: IgnoreMode.DOCKER,
    assetName: app,
  };
}
