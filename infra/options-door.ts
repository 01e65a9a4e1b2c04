import { OptionError, type OptionReader } from './option-reader';

/** Who may call the producer. */
export type Auth =
  | { readonly kind: 'iam' }
  | { readonly kind: 'jwt'; readonly issuer: string; readonly audience: string }
  /** The producer's own keys, by a secret that holds them comma separated: its name, or its whole ARN. */
  | { readonly kind: 'api-keys'; readonly secret: string };

/** The way in. */
export interface DoorOptions {
  readonly auth: Auth;
  /** Requests per second that the API lets through, all callers together. */
  readonly requestsPerSecond: number;
  readonly domain: { readonly name: string; readonly certificateArn: string } | undefined;
  /** Pages of these origins may call from a browser; none if undefined. */
  readonly corsOrigins: readonly string[] | undefined;
}

const JWT_ONLY = ['jwtIssuer', 'jwtAudience'] as const;
export const DOOR_NAMES = [
  ...['auth', 'apiKeysSecret', ...JWT_ONLY],
  ...['requestsPerSecond', 'domain', 'certificate', 'corsOrigins'],
];

export function readDoor(read: OptionReader, region: string): DoorOptions {
  return {
    auth: readAuth(read, region),
    requestsPerSecond: read.whole('requestsPerSecond', { min: 1, max: 10_000 }) ?? 100,
    domain: readDomain(read, region),
    corsOrigins: readOrigins(read),
  };
}

function readAuth(read: OptionReader, region: string): Auth {
  const kind = read.choice('auth', ['iam', 'jwt', 'api-keys']);
  if (kind !== 'jwt') read.refuse(JWT_ONLY, `auth=${kind}`);
  if (kind !== 'api-keys') read.refuse(['apiKeysSecret'], `auth=${kind}`);
  if (kind === 'iam') return { kind };
  const required = (name: string, text: string | undefined): string => {
    if (text !== undefined) return text;
    throw new OptionError(`${name} is missing; auth=${kind} needs it.`);
  };
  if (kind === 'api-keys') return { kind, secret: required('apiKeysSecret', read.secret('apiKeysSecret', region)) };
  const issuer = read.matching('jwtIssuer', /^https:\/\/\S+$/, 'an https URL');
  const audience = read.matching('jwtAudience', /^[^\s,]+$/, 'one audience, without commas or blanks');
  return { kind, issuer: required('jwtIssuer', issuer), audience: required('jwtAudience', audience) };
}

/** A label neither begins nor ends with a dash. */
const DOMAIN = /^(?=.{1,253}$)(?!.*(?:^|\.)-)(?!.*-(?:\.|$))[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/;

function readDomain(read: OptionReader, region: string): DoorOptions['domain'] {
  const form = 'a domain name such as api.example.com, with labels of up to 63 characters and 253 in all';
  const name = read.matching('domain', DOMAIN, form);
  const certificateArn = read.arn('certificate', { service: 'acm', resource: 'certificate/ID' }, region);
  if (name === undefined && certificateArn === undefined) return undefined;
  if (name === undefined)
    throw new OptionError('domain is missing; with certificate it takes the domain name that it is for.');
  if (certificateArn === undefined)
    throw new OptionError(`certificate is missing; domain=${name} needs the ARN of its certificate in ${region}.`);
  return { name, certificateArn };
}

/** As a browser sends it: scheme, host and port, no path. Only a page on the developer's own machine goes without TLS. */
const ORIGIN = /^(?:\*|https:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?|http:\/\/localhost(?::\d{1,5})?)$/;

function readOrigins(read: OptionReader): DoorOptions['corsOrigins'] {
  const origins = read.list('corsOrigins', ORIGIN, 'origins such as https://app.example.com, or *');
  if (origins === undefined || origins.length === 1 || !origins.includes('*')) return origins;
  throw new OptionError('corsOrigins has * beside other origins; * alone lets every page call.');
}
