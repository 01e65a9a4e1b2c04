import { RegionInfo } from 'aws-cdk-lib/region-info';
import { type Context, OptionError, OptionReader } from './option-reader';
import { COMPUTE_NAMES, type ComputeOptions, readCompute } from './options-compute';
import { DOOR_NAMES, type DoorOptions, readDoor } from './options-door';
import { NETWORK_NAMES, type NetworkOptions, readNetwork } from './options-network';
import { QUEUE_NAMES, type QueueOptions, readQueue } from './options-queue';
import { readTelemetry, TELEMETRY_NAMES, type TelemetryOptions } from './options-telemetry';

/** All that can be chosen; `docs/deploy.md` says what for. */
export interface Options extends ComputeOptions, DoorOptions, NetworkOptions, QueueOptions, TelemetryOptions {
  /** The environment's name, of which an account may hold any number; part of every name. */
  readonly stage: string;
  /** Keeps what holds data when its stack is deleted, guards it against deletion, and keeps logs longer. */
  readonly keepData: boolean;
  readonly region: string;
  /** Tags of everything that takes tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** Where alarms go: a topic of yours, or an e-mail address for a topic of ours. */
  readonly alarmTopicArn: string | undefined;
  readonly alarmEmail: string | undefined;
}

const NAMES: readonly string[] = [
  ...['stage', 'keepData', 'region', 'tags', 'alarmTopic', 'alarmEmail'],
  ...COMPUTE_NAMES,
  ...DOOR_NAMES,
  ...NETWORK_NAMES,
  ...QUEUE_NAMES,
  ...TELEMETRY_NAMES,
];

/**
 * Reads what `-c` and cdk.json say; throws an `OptionError` at the first fault. Relations between groups: `checks.ts`.
 */
export function readOptions(context: Context): Options {
  refuseUnknown(context);
  const read = new OptionReader(context);
  const region = readRegion(read);
  const stage = readStage(read);
  const compute = readCompute(read, stage);
  const queue = readQueue(read, region);
  const onFargate = [compute.producer, compute.consumer].includes('fargate');
  return {
    ...compute,
    ...readDoor(read, region),
    ...readNetwork(read, region, { fargate: onFargate, database: queue.databaseSecretArn !== undefined }),
    ...queue,
    ...readTelemetry(read, region, onFargate),
    stage,
    // Only the stage for trying things out loses data unless told otherwise.
    keepData: read.flag('keepData', stage !== 'dev'),
    region,
    tags: readTags(read),
    alarmTopicArn: read.arn('alarmTopic', { service: 'sns', resource: 'NAME' }, region),
    alarmEmail: read.matching('alarmEmail', /^[^@\s]+@[^@\s]+$/, 'an e-mail address'),
  };
}

/** CDK's own keys hold a colon, a slash or a dash; ours are plain words. */
function refuseUnknown(context: Context): void {
  const unknown = Object.keys(context).find((name) => /^\w+$/.test(name) && !NAMES.includes(name));
  if (unknown !== undefined)
    throw new OptionError(`${unknown} is no option; there are ${[...NAMES].sort().join(', ')}.`);
}

function readRegion(read: OptionReader): string {
  const region = read.text('region') ?? 'ap-northeast-2';
  if (RegionInfo.regions.some(({ name }) => name === region)) return region;
  throw new OptionError(`region is "${region}"; it takes a region of AWS such as ap-northeast-2.`);
}

/** The longest name that holds a stage is a queue's, which may have 80 characters. */
const MAX_STAGE_LENGTH = 40;

function readStage(read: OptionReader): string {
  const form = `up to ${MAX_STAGE_LENGTH} lowercase letters, digits and single dashes between them, a letter first`;
  const stage = read.matching('stage', /^[a-z](?:-?[a-z\d])*$/, form) ?? 'dev';
  if (stage.length <= MAX_STAGE_LENGTH) return stage;
  throw new OptionError(`stage has ${stage.length} characters; it takes ${form}.`);
}

/** AWS's own limits: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const TAG = { key: /^(?!aws:)[\w .:/=+@-]{1,128}$/i, value: /^[\w .:/=+@-]{0,256}$/, max: 40 } as const;
const OUR_TAGS: readonly string[] = ['service', 'stage'];

function readTags(read: OptionReader): Options['tags'] {
  const tags = Object.entries(read.object('tags') ?? { '': undefined });
  const ours = tags.find(([key]) => OUR_TAGS.includes(key));
  if (ours) throw new OptionError(`tags names ${ours[0]}, which every resource has already; take another key.`);
  const isTag = (tag: [string, unknown]): tag is [string, string] =>
    TAG.key.test(tag[0]) && typeof tag[1] === 'string' && TAG.value.test(tag[1]);
  if (tags.length <= TAG.max && tags.every(isTag)) return Object.fromEntries(tags);
  throw new OptionError(
    `tags takes an object of up to ${TAG.max} texts such as {"team":"jobs"}, of letters, digits, blanks and _ . : / = + - @.`,
  );
}
