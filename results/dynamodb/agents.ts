import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { processVariables } from '../../contract/environment';
import { isLoopbackUrl } from '../../contract/local';
import { StoreUnusable } from '../errors';

/** The SDK's own number. */
const SOCKETS = 50;

/** Connections of an SDK client, by the proxy that the environment names; to this machine always direct. */
export function agentsTo(endpoint: string | undefined): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const proxyEnv = isLoopbackUrl(endpoint) ? undefined : processVariables;
  const options = { keepAlive: true, maxSockets: SOCKETS, ...(proxyEnv && { proxyEnv }) };
  try {
    return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  } catch {
    // What it says holds the URL, and that may hold a password.
    throw new StoreUnusable('HTTP_PROXY or HTTPS_PROXY names no proxy; each takes an http or https URL');
  }
}
