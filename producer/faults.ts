import { definitionFaults } from '../contract/definition-faults';
import { type Environment } from '../contract/environment';
import { type JobType } from '../contract/job-type';
import { isLoopback } from '../contract/local';
import { DEFINITIONS } from '../jobs/definitions';
import { sizeLimitFaults } from '../results/size-limits';

const LOOPBACK = '127.0.0.1';

/** Whether strangers are kept out, by keys or by something in front. */
export const guarded = ({ apiKeys, allowAnonymous }: Environment): boolean => apiKeys.length > 0 || allowAnonymous;

/** Where to listen: without API keys on loopback only, unless something in front guards the producer. */
export const listenHost = (environment: Environment): string =>
  environment.host ?? (guarded(environment) ? '0.0.0.0' : LOOPBACK);

/** What keeps the producer from starting, one sentence each. */
export function producerFaults(environment: Environment, definitions: readonly JobType[] = DEFINITIONS): string[] {
  const faults = [...definitionFaults(definitions), ...sizeLimitFaults(environment.results, definitions)];
  if (environment.queueUrl === undefined) {
    faults.push('QUEUE_URL is missing; it takes the URL of the queue that jobs go to');
  }
  const host = listenHost(environment);
  if (!guarded(environment) && !isLoopback(host)) {
    faults.push(
      `HOST is "${host}", which anyone can reach; set API_KEYS, or ALLOW_ANONYMOUS=true if something in front guards the producer`,
    );
  }
  const { callerFrom, onLambda, apiKeys } = environment;
  if (callerFrom === 'request-context' && !onLambda) {
    faults.push(
      'CALLER_FROM is "request-context", a header that only the web adapter on Lambda overwrites; it takes token or header:NAME here',
    );
  }
  if (callerFrom !== undefined && apiKeys.length > 0) {
    faults.push('CALLER_FROM and API_KEYS both say who calls; set one of them');
  }
  return faults;
}
