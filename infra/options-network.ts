import { OptionError, type OptionReader } from './option-reader';

/** Where tasks of Fargate run, and where the apps reach a database from. */
export interface NetworkOptions {
  readonly network: OwnNetwork | ExistingNetwork;
  /** A cluster that exists; undefined: it is made here. */
  readonly clusterArn: string | undefined;
}

export interface OwnNetwork {
  readonly kind: 'own';
  /** By name; undefined: the region's first two. */
  readonly zones: readonly string[] | undefined;
  /** Ways to the internet; with none the apps reach AWS by endpoints, and nothing else. */
  readonly natGateways: number;
}

export interface ExistingNetwork {
  readonly kind: 'existing';
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** The security group from which the database takes connections; undefined without one. */
  readonly databaseGroupId: string | undefined;
}

const OWN_ONLY = ['zones', 'natGateways'] as const;
const FARGATE_ONLY = [...OWN_ONLY, 'cluster'];
const DATABASE_ONLY = ['securityGroup'];
export const NETWORK_NAMES = ['vpc', 'subnets', ...FARGATE_ONLY, ...DATABASE_ONLY];

/** A balancer takes no fewer. */
const MIN_ZONES = 2;

/** Whether an app is on Fargate, and whether the records are in a database. */
interface NeededFor {
  readonly fargate: boolean;
  readonly database: boolean;
}

export function readNetwork(read: OptionReader, region: string, { fargate, database }: NeededFor): NetworkOptions {
  if (!fargate) read.refuse(database ? FARGATE_ONLY : NETWORK_NAMES, 'both apps on Lambda');
  if (!database) read.refuse(DATABASE_ONLY, 'a results table');
  const existing = readExisting(read);
  if (database && existing?.databaseGroupId === undefined)
    throw new OptionError(
      `${existing ? 'securityGroup' : 'vpc'} is missing; databaseSecret takes the vpc, subnets and securityGroup that its database is reached from.`,
    );
  return {
    network: existing ?? readOwn(read, region),
    clusterArn: read.arn('cluster', { service: 'ecs', resource: 'cluster/NAME' }, region),
  };
}

function readExisting(read: OptionReader): ExistingNetwork | undefined {
  const vpcId = read.matching('vpc', /^vpc-[\da-f]{8,17}$/, 'the id of a VPC such as vpc-0123456789abcdef0');
  const subnetForm = 'ids of subnets such as subnet-0123456789abcdef0';
  const subnetIds = read.list('subnets', /^subnet-[\da-f]{8,17}$/, subnetForm);
  if (vpcId === undefined && subnetIds === undefined) return undefined;
  if (vpcId === undefined) throw new OptionError('vpc is missing; with subnets it takes the id of their VPC.');
  if (subnetIds === undefined || subnetIds.length < MIN_ZONES)
    throw new OptionError(`subnets has to name ${MIN_ZONES} or more of the VPC, each in another zone.`);
  read.refuse(OWN_ONLY, 'vpc');
  const form = 'the id of a security group such as sg-0123456789abcdef0';
  return {
    kind: 'existing',
    vpcId,
    subnetIds,
    databaseGroupId: read.matching('securityGroup', /^sg-[\da-f]{8,17}$/, form),
  };
}

function readOwn(read: OptionReader, region: string): OwnNetwork {
  // A region's name holds letters, digits and dashes only.
  const zones = read.list('zones', new RegExp(`^${region}[a-z]$`), `zones of the region such as ${region}a`);
  if (zones && (zones.length < MIN_ZONES || zones.length > 6))
    throw new OptionError(`zones names ${zones.length}; it takes ${MIN_ZONES} to 6.`);
  const natGateways = read.whole('natGateways', { min: 0, max: zones?.length ?? MIN_ZONES }) ?? 0;
  return { kind: 'own', zones, natGateways };
}
