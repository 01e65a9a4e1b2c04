import { isIP } from 'node:net';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What an emulator takes for credentials: anything. */
const DUMMY: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A platform gives these to what it runs: an address on loopback may be a sidecar there, on the way to AWS. */
const OF_A_PLATFORM = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_WEB_IDENTITY_TOKEN_FILE'] as const;

const PRIVATE_IPV4 = /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\./;

const hostOf = (url: string | undefined): string => (URL.parse(url ?? '')?.hostname ?? '').replace(/^\[|\]$/g, '');

/** Whether a host can only be this machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.'));

/** Whether a URL can only mean this machine: no proxy and no profile has a say in what is asked there. */
const isLoopbackUrl = (url: string | undefined): boolean => isLoopback(hostOf(url));

/** Whether a URL can only mean this machine or a network next to it: dummy credentials never leave for AWS. */
export function isLocalEndpoint(endpoint: string | undefined): boolean {
  const host = hostOf(endpoint);
  if (host === '') return false;
  if (isIP(host) === 4) return PRIVATE_IPV4.test(host);
  if (isIP(host) === 6) return host === '::1' || /^f[cd]/.test(host);
  return !host.includes('.') || /\.(localhost|internal|local)$/.test(host);
}

/**
 * Credentials for an emulator: a whole pair of the environment, else dummies. A profile of the shell counts only beyond
 * loopback: on a developer's machine it is meant for AWS, and may have expired. Undefined leaves it to the SDK.
 */
export function localCredentials(endpoint: string | undefined, source: Variables): Credentials | undefined {
  const set = (name: string): string | undefined => source[name]?.trim() || undefined;
  if (!isLocalEndpoint(endpoint) || OF_A_PLATFORM.some(set)) return undefined;
  if (!isLoopbackUrl(endpoint) && set('AWS_PROFILE')) return undefined;
  const accessKeyId = set('AWS_ACCESS_KEY_ID');
  const secretAccessKey = set('AWS_SECRET_ACCESS_KEY');
  const sessionToken = set('AWS_SESSION_TOKEN');
  if (accessKeyId === undefined || secretAccessKey === undefined) return DUMMY;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** For a URL: with the brackets that IPv6 needs, and the wildcard addresses by loopback, which reaches them. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** A URL as it may be shown: without the user and password that it may hold, even if these were written as they are. */
export const withoutSecrets = <T extends string | undefined>(url: T): T =>
  url?.replace(/\/\/.*@/, '//...@').replaceAll(/([?&]password=)[^&]*/g, '$1...') as T;

/**
 * Whether all of a database's URL is where it belongs: a `/` in a password that is written as it is makes the rest of it a
 * path, which is shown, and a `#` a fragment, which no database has.
 */
export function isWholeDatabaseUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.hash === '' && !url.pathname.includes('@');
}
