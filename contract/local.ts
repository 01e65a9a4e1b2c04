import { isIP } from 'node:net';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Credentials for an emulator, which accepts any. */
const DUMMY: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Variables that a platform, such as ECS, sets. There an address on loopback may be a sidecar on the way to AWS. */
const OF_A_PLATFORM = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_WEB_IDENTITY_TOKEN_FILE'] as const;

const PRIVATE_IPV4 = /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\./;

const hostOf = (url: string | undefined): string => (URL.parse(url ?? '')?.hostname ?? '').replace(/^\[|\]$/g, '');

/** Whether a host is surely this machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.'));

/** Whether a URL surely means this machine. No proxy and no profile applies to it then. */
const isLoopbackUrl = (url: string | undefined): boolean => isLoopback(hostOf(url));

/** Whether a URL surely means this machine or a network next to it, so that dummy credentials never reach AWS. */
export function isLocalEndpoint(endpoint: string | undefined): boolean {
  const host = hostOf(endpoint);
  if (host === '') return false;
  if (isIP(host) === 4) return PRIVATE_IPV4.test(host);
  if (isIP(host) === 6) return host === '::1' || /^f[cd]/.test(host);
  return !host.includes('.') || /\.(localhost|internal|local)$/.test(host);
}

/**
 * Credentials for an emulator: a complete pair in the environment, else dummies. A profile of the shell counts only
 * beyond loopback: on a developer's machine it is meant for AWS, and may have expired. Undefined leaves it to the SDK.
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

/** A host for a URL: IPv6 gets brackets, and wildcard addresses become loopback, which reaches them. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** A URL that may be shown: without user and password, even if these were not escaped. */
export const withoutSecrets = (url: string): string =>
  url.replace(/\/\/.*@/, '//...@').replaceAll(/([?&]password=)[^&]*/g, '$1...');

/**
 * Whether a database's URL is parsed as it was meant. A `/` in a password that was not escaped makes the rest of it a
 * path, which is shown, and a `#` a fragment, which no database has.
 */
export function isWholeDatabaseUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.hash === '' && !url.pathname.includes('@');
}
