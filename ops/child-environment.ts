import { isIP } from 'node:net';
import { processVariables, type Variables } from '../contract/environment';

/** What an emulator takes for credentials: anything. */
const DUMMY = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' } as const;

const PRIVATE_IPV4 = /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\./;

/** Whether a URL can only mean this machine or a network next to it: dummy credentials never leave for AWS. */
export function isLocalEndpoint(endpoint: string | undefined): boolean {
  const host = URL.parse(endpoint ?? '')?.hostname.replace(/^\[|\]$/g, '');
  if (host === undefined || host === '') return false;
  if (isIP(host) === 4) return PRIVATE_IPV4.test(host);
  if (isIP(host) === 6) return host === '::1' || /^f[cd]/.test(host);
  return !host.includes('.') || /\.(localhost|internal|local)$/.test(host);
}

/** Dummy credentials as variables, where the endpoint is local and the environment has none of its own. */
export function credentialVariables(
  endpoint: string | undefined,
  source: Variables = processVariables,
): Record<string, string> {
  const own = source['AWS_ACCESS_KEY_ID'] ?? source['AWS_PROFILE'];
  return own === undefined && isLocalEndpoint(endpoint) ? { ...DUMMY } : {};
}

/** The same for an SDK client of this process; undefined leaves it to the SDK. */
export function localCredentials(
  endpoint: string | undefined,
): { accessKeyId: string; secretAccessKey: string } | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentialVariables(endpoint);
  return accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : undefined;
}

/** This process's environment with `added` on top, for a child. */
export function childEnvironment(added: Variables, source: Variables = processVariables): NodeJS.ProcessEnv {
  return { ...source, ...added };
}
