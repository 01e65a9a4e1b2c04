import { type Agent, EnvHttpProxyAgent, Agent as DirectAgent, type Dispatcher } from 'undici';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Connects to a service through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, but directly to this machine.
 */
export function dispatcherTo(url: string | undefined, options: Agent.Options, connectMs: number): Dispatcher {
  const direct = { ...options, connect: { timeout: connectMs } };
  if (LOOPBACK.test(URL.parse(url ?? '')?.hostname ?? '')) return new DirectAgent(direct);
  try {
    // The same limit holds for connecting to the proxy, and to the service behind it.
    return new EnvHttpProxyAgent({ ...direct, proxyTls: direct.connect, requestTls: direct.connect });
  } catch {
    // The error's text may contain the URL, and the URL a password.
    throw new Error('HTTP_PROXY or HTTPS_PROXY names no proxy; each takes an http or https URL.');
  }
}
