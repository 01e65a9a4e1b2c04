import rateLimit from '@fastify/rate-limit';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ANONYMOUS } from './api-keys';
import { isOpenPath } from './gate';
import { Problem } from '../service/problem';

/** Per caller: its API key, or its address when nobody has a key. Per process, so n tasks allow n times as much. */
export async function limitRate(app: NestFastifyApplication, perSecond: number): Promise<void> {
  await app.register(rateLimit, {
    max: perSecond,
    timeWindow: 1_000,
    keyGenerator: ({ caller, ip }) => (caller === ANONYMOUS ? ip : caller),
    allowList: ({ raw }) => isOpenPath(raw.url ?? ''),
    errorResponseBuilder: () => new Problem(429, 'Too many requests.', { headers: { 'retry-after': '1' } }),
  });
}
