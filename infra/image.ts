import { type DockerImageAssetOptions, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { type Options } from './options';

export type AppName = 'producer' | 'consumer';

/** Never part of an image; `.dockerignore` is respected beside. What is left out here does not change the asset's hash. */
const OUTSIDE = [
  '.git',
  'node_modules',
  'dist',
  'cdk.out',
  'coverage',
  '.data',
  'docs',
  'test',
  'experiments',
  'infra',
  '**/*.md',
];

/** One Dockerfile for both apps and both ways to run them: the web adapter in it does nothing outside Lambda. */
export function imageOf(
  app: AppName,
  architecture: Options['architecture'],
): DockerImageAssetOptions & { readonly file: string } {
  return {
    file: 'docker/Dockerfile',
    target: app,
    platform: architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    exclude: OUTSIDE,
    assetName: app,
  };
}
