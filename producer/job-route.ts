import { RouteConfig } from '@nestjs/platform-fastify';
import { type RouteOptions } from 'fastify';
import { DEFAULT_TYPE } from '../contract/job';
import { type JobType } from '../contract/job-type';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The definition of the jobs that this route accepts; undefined on any other route. */
    readonly definition?: JobType;
  }
}

/** The default type has the tutorial's path beside its own. */
export const pathsOf = ({ type }: JobType): string[] =>
  type === DEFAULT_TYPE ? [`jobs/${type}`, 'produce'] : [`jobs/${type}`];

/** Tells the gate and the parsers that the route accepts jobs of this type. */
export const JobRoute = (definition: JobType): MethodDecorator => RouteConfig({ definition });

/** Limits JSON bodies. Fastify has a limit for each route, by default the server's. */
export function limitBody(route: RouteOptions): void {
  const definition = route.config?.definition;
  if (definition !== undefined) route.bodyLimit = definition.policy.sizeLimitBytes;
}
