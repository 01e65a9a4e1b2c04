import { RegionInfo } from 'aws-cdk-lib/region-info';
import { readEnvironment } from '../contract/environment';
import { DELIVERY } from '../contract/delivery';
import { type Context, OptionError, OptionReader } from './option-reader';

export type Compute = 'lambda' | 'fargate';
export type Stage = 'dev' | 'prod';

/** Who may call the producer. */
export type Auth =
  | { readonly kind: 'iam' }
  | { readonly kind: 'jwt'; readonly issuer: string; readonly audience: string }
  /** The producer's own keys, by the name of a secret that holds them comma separated. */
  | { readonly kind: 'api-keys'; readonly secretName: string };

export interface QueueEncryption {
  /** SQS's own keys, AWS's key for SQS, or a customer key: the one named, or a new one. */
  readonly kind: 'sqs' | 'kms-managed' | 'kms';
  readonly keyArn: string | undefined;
}

/** CloudFormation properties that replace ours, by the part they belong to. */
export type Extensions = Readonly<Partial<Record<ExtensionPart, Readonly<Record<string, unknown>>>>>;
type ExtensionPart = (typeof EXTENSION_PARTS)[number];
const EXTENSION_PARTS = ['queue', 'dlq', 'alarm'] as const;

/** All that can be chosen; `docs/deploy.md` says what for. Times in seconds. */
export interface Options {
  readonly producer: Compute;
  readonly consumer: Compute;
  readonly stage: Stage;
  readonly region: string;
  readonly architecture: 'arm64' | 'x86_64';
  readonly fifo: boolean;
  readonly delaySeconds: number;
  readonly encryption: QueueEncryption;
  readonly handlerTimeoutSeconds: number;
  /** Undefined: derived, see `numbers.ts`. */
  readonly visibilityTimeoutSeconds: number | undefined;
  /** The consumer on Lambda. */
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly maxConcurrency: number;
  /** The consumer on Fargate: handlers at once per task, and tasks. */
  readonly concurrency: number;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly auth: Auth;
  /** Requests per second that the API lets through, all callers together. */
  readonly requestsPerSecond: number;
  readonly domain: { readonly name: string; readonly certificateArn: string } | undefined;
  /** Who hears of alarms: a topic of yours, or an e-mail address for a topic of ours. */
  readonly alarmTopicArn: string | undefined;
  readonly alarmEmail: string | undefined;
  readonly extensions: Extensions;
}

const LAMBDA_ONLY = ['batchSize', 'batchWindow', 'maxConcurrency'] as const;
const FARGATE_ONLY = ['concurrency', 'minTasks', 'maxTasks'] as const;
const JWT_ONLY = ['jwtIssuer', 'jwtAudience'] as const;
const NAMES: readonly string[] = [
  ...['producer', 'consumer', 'stage', 'region', 'architecture', 'fifo', 'delay', 'encryption', 'encryptionKey'],
  ...['handlerTimeout', 'visibilityTimeout', 'auth', 'apiKeysSecret', 'requestsPerSecond', 'domain', 'certificate'],
  ...['alarmTopic', 'alarmEmail', 'extensions'],
  ...LAMBDA_ONLY,
  ...FARGATE_ONLY,
  ...JWT_ONLY,
];

/** Reads what `-c` and cdk.json say; throws an `OptionError` at the first fault. Relations between options: `checks.ts`. */
export function readOptions(context: Context): Options {
  refuseUnknown(context);
  const read = new OptionReader(context);
  const region = readRegion(read);
  const [producer, consumer] = [readCompute(read, 'producer'), readCompute(read, 'consumer')];
  refuseUnused(context, consumer === 'lambda' ? FARGATE_ONLY : LAMBDA_ONLY, `consumer=${consumer}`);
  return {
    producer,
    consumer,
    region,
    stage: read.choice('stage', ['dev', 'prod']),
    architecture: read.choice('architecture', ['arm64', 'x86_64']),
    ...readQueue(read, region),
    handlerTimeoutSeconds: read.whole('handlerTimeout', { min: 1, max: 43_200 }) ?? DELIVERY.handlerTimeoutSeconds,
    visibilityTimeoutSeconds: read.whole('visibilityTimeout', { min: 1, max: 43_200 }),
    ...readScale(read),
    ...readDoor(read, context, region),
    alarmTopicArn: read.arn('alarmTopic', { service: 'sns', resource: 'NAME' }, region),
    alarmEmail: read.matching('alarmEmail', /^[^@\s]+@[^@\s]+$/, 'an e-mail address'),
    extensions: readExtensions(context['extensions']),
  };
}

const readCompute = (read: OptionReader, name: string): Compute => read.choice(name, ['lambda', 'fargate']);

/** CDK's own keys hold a colon, a slash or a dash; ours are plain words. */
function refuseUnknown(context: Context): void {
  const unknown = Object.keys(context).find((name) => /^\w+$/.test(name) && !NAMES.includes(name));
  if (unknown !== undefined)
    throw new OptionError(`${unknown} is no option; there are ${[...NAMES].sort().join(', ')}.`);
}

function refuseUnused(context: Context, names: readonly string[], choice: string): void {
  const unused = names.find((name) => context[name] !== undefined);
  if (unused !== undefined) throw new OptionError(`${unused} has no meaning with ${choice}; leave it out.`);
}

function readRegion(read: OptionReader): string {
  const region = read.text('region') ?? 'ap-northeast-2';
  if (RegionInfo.regions.some(({ name }) => name === region)) return region;
  throw new OptionError(`region is "${region}"; it takes a region of AWS such as ap-northeast-2.`);
}

function readQueue(read: OptionReader, region: string): Pick<Options, 'fifo' | 'delaySeconds' | 'encryption'> {
  const keyArn = read.arn('encryptionKey', { service: 'kms', resource: 'key/ID' }, region);
  return {
    fifo: read.flag('fifo'),
    // SQS holds a delayed message back for at most 15 minutes.
    delaySeconds: read.whole('delay', { min: 0, max: 900 }) ?? 0,
    encryption: { kind: read.choice('encryption', ['sqs', 'kms-managed', 'kms']), keyArn },
  };
}

type Scale = Pick<
  Options,
  'batchSize' | 'batchWindowSeconds' | 'maxConcurrency' | 'concurrency' | 'minTasks' | 'maxTasks'
>;

function readScale(read: OptionReader): Scale {
  return {
    batchSize: read.whole('batchSize', { min: 1, max: 10_000 }) ?? 10,
    batchWindowSeconds: read.whole('batchWindow', { min: 0, max: 300 }) ?? 0,
    // The range is AWS's; the default leaves most of an account's usual 1,000 to the producer and to others.
    maxConcurrency: read.whole('maxConcurrency', { min: 2, max: 1_000 }) ?? 50,
    concurrency: read.whole('concurrency', { min: 1, max: 10_000 }) ?? readEnvironment({}).concurrency,
    minTasks: read.whole('minTasks', { min: 0, max: 1_000 }) ?? 0,
    maxTasks: read.whole('maxTasks', { min: 1, max: 1_000 }) ?? 10,
  };
}

function readDoor(
  read: OptionReader,
  context: Context,
  region: string,
): Pick<Options, 'auth' | 'domain' | 'requestsPerSecond'> {
  const requestsPerSecond = read.whole('requestsPerSecond', { min: 1, max: 10_000 }) ?? 100;
  return { auth: readAuth(read, context), requestsPerSecond, domain: readDomain(read, region) };
}

function readAuth(read: OptionReader, context: Context): Auth {
  const kind = read.choice('auth', ['iam', 'jwt', 'api-keys']);
  if (kind !== 'jwt') refuseUnused(context, JWT_ONLY, `auth=${kind}`);
  if (kind !== 'api-keys') refuseUnused(context, ['apiKeysSecret'], `auth=${kind}`);
  if (kind === 'jwt')
    return { kind, issuer: required(read, 'jwtIssuer', kind), audience: required(read, 'jwtAudience', kind) };
  return kind === 'iam' ? { kind } : { kind, secretName: required(read, 'apiKeysSecret', kind) };
}

function required(read: OptionReader, name: string, auth: string): string {
  const text = name === 'jwtIssuer' ? read.matching(name, /^https:\/\/\S+$/, 'an https URL') : read.text(name);
  if (text === undefined) throw new OptionError(`${name} is missing; auth=${auth} needs it.`);
  return text;
}

function readDomain(read: OptionReader, region: string): Options['domain'] {
  const name = read.matching('domain', /^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain name such as api.example.com');
  const certificateArn = read.arn('certificate', { service: 'acm', resource: 'certificate/ID' }, region);
  if (name === undefined && certificateArn === undefined) return undefined;
  if (name === undefined) throw new OptionError('domain is missing; certificate is for a domain name of yours.');
  if (certificateArn === undefined)
    throw new OptionError(`certificate is missing; domain=${name} needs the ARN of its certificate in ${region}.`);
  return { name, certificateArn };
}

/** An object in cdk.json, or JSON after `-c extensions=`. */
function readExtensions(value: unknown): Extensions {
  const extensions = typeof value === 'string' ? parseJson(value) : (value ?? {});
  const isPart = (name: string): boolean => EXTENSION_PARTS.some((part) => part === name);
  if (isObject(extensions) && Object.entries(extensions).every(([name, part]) => isPart(name) && isObject(part)))
    return extensions;
  throw new OptionError(`extensions takes an object of CloudFormation properties for ${EXTENSION_PARTS.join(', ')}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
