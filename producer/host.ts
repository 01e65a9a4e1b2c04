import { type Environment } from '../contract/environment';
import { isLoopback } from '../contract/local';
import { guarded, listenHost } from './faults';

/**
 * The names under which a producer without keys is called on its own machine; undefined where any name will do. A page
 * of another site may have its own name resolve to 127.0.0.1, and a browser then lets it send here (DNS rebinding).
 * On Lambda the adapter passes on the name that the caller used.
 */
export function knownHosts(environment: Environment): ((host: string) => boolean) | undefined {
  const listening = listenHost(environment);
  if (guarded(environment) || environment.onLambda) return undefined;
  return (host) => {
    const name = (URL.parse(`http://${host}`)?.hostname ?? '').replace(/^\[|\]$/g, '');
    return name === listening || isLoopback(name);
  };
}
