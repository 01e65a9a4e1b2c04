import { type Agent, EnvHttpProxyAgent, Agent as DirectAgent, type Dispatcher } from 'undici';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Connections to a service: by the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, but to this machine always direct. */
export function dispatcherTo(url: string | undefined, options: Agent.Options, connectMs: number): Dispatcher {
  const direct = { ...options, connect: { timeout: connectMs } };
  if (LOOPBACK.test(URL.parse(url ?? '')?.hostname ?? '')) return new DirectAgent(direct);
  try {
    // The proxy is connected to within the same limit, and what is behind it as well.
    return new EnvHttpProxyAgent({ ...direct, proxyTls: direct.connect, requestTls: direct.connect });
  } catch {
    // What it says may hold the URL, and that a password.
    throw new Error('HTTP_PROXY or HTTPS_PROXY names no proxy; each takes an http or https URL.');
  }
}
