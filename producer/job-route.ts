import { RouteConfig } from '@nestjs/platform-fastify';
import { type RouteOptions } from 'fastify';
import { DEFAULT_TYPE } from '../contract/job';
import { type JobType } from '../contract/job-type';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of the jobs that this route takes; undefined on any other route. */
    readonly definition?: JobType;
  }
}

/** The default type has the tutorial's path beside its own. */
export const pathsOf = ({ type }: JobType): string[] =>
  type === DEFAULT_TYPE ? [`jobs/${type}`, 'produce'] : [`jobs/${type}`];

/** The route takes jobs of this type: what the gate and the parsers have to know of it. */
export const JobRoute = (definition: JobType): MethodDecorator => RouteConfig({ definition });

/** Of bodies in JSON. Fastify has a limit for each route, and the server's for those that say none. */
export function limitBody(route: RouteOptions): void {
  const definition = route.config?.definition;
  if (definition !== undefined) route.bodyLimit = definition.policy.sizeLimitBytes;
}
