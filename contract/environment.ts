import { DELIVERY } from './delivery';
import { readTraces, type TraceSettings } from './traces';
import { type Credentials, isLocalEndpoint, localCredentials, type Variables } from './local';
import { type CallerSource, VariableReader } from './variable-reader';

/** Everything the environment can say. The only place that reads `process.env`. */
export interface Environment {
  /** The queues' region; undefined leaves it to the SDK, which asks the profile. */
  readonly region: string | undefined;
  /** The table's region. */
  readonly dynamodbRegion: string | undefined;
  readonly sqsEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  /** Where operators' commands ask for the event sources of the queue, if not at AWS. */
  readonly lambdaEndpoint: string | undefined;
  /** An emulator's credentials; undefined leaves them to the SDK. */
  readonly sqsCredentials: Credentials | undefined;
  readonly dynamodbCredentials: Credentials | undefined;
  /** Calls go through all of the SDK's middleware (decision 12). */
  readonly sdkPath: boolean;
  readonly queueUrl: string | undefined;
  readonly deadLetterQueueUrl: string | undefined;
  /** `sqlite:PATH`, `dynamodb:TABLE`, `postgres://…` or `none`. */
  readonly results: string;
  /** False if nothing says which store it is, and `results` is the default. */
  readonly resultsNamed: boolean;
  readonly host: string | undefined;
  readonly port: number;
  readonly consumerPort: number;
  readonly consolePort: number;
  /** The producer's port for `GET /metrics`; undefined: none. */
  readonly metricsPort: number | undefined;
  readonly consumerMetricsPort: number | undefined;
  /** Metrics are lines of the log, in CloudWatch's embedded metric format. */
  readonly emf: boolean;
  /** How traces are made; undefined: not at all. */
  readonly traces: TraceSettings | undefined;
  readonly brokerPort: number;
  readonly dataDir: string;
  readonly apiKeys: readonly string[];
  readonly allowAnonymous: boolean;
  /** What identifies callers behind a front door; undefined: API keys, if anything. */
  readonly callerFrom: CallerSource | undefined;
  /** Callers see what work threw, not only its class. */
  readonly showErrors: boolean;
  /** Requests per second and caller; undefined for no limit. */
  readonly rateLimitPerSecond: number | undefined;
  /** Limits the handlers that run at once. */
  readonly concurrency: number;
  /** Limits the long-polling receive loops. */
  readonly pollers: number;
  readonly handlerTimeoutSeconds: number;
  /** Every job takes this long: the tutorial's delay. */
  readonly workSeconds: number;
  /** A Lambda function: jobs come in as events, nothing is polled. */
  readonly onLambda: boolean;
  /** ECS's agent, which a task asks not to be stopped. ECS sets it for each task. */
  readonly ecsAgentUrl: string | undefined;
  /** The visibility timeout of a queue that is provisioned here. */
  readonly visibilityTimeoutSeconds: number;
  /** The lease to ask for at each receive; undefined for the queue's own visibility timeout. */
  readonly leaseSeconds: number | undefined;
}

/** Calls to an emulator are signed for a region as well; any will do. */
export const EMULATOR_REGION = 'us-east-1';

/** The environment of this process, which its children inherit. */
export const processVariables: Variables = process.env;

/** Every fault of environment and jobs in one error, one line each. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  constructor(readonly faults: readonly string[]) {
    super(
      `${faults.length === 1 ? 'A fault keeps' : `${faults.length} faults keep`} this from starting:\n  ${faults.join('\n  ')}`,
    );
  }
}

/** A service's own checks: a sentence for each fault. */
export type Check = (environment: Environment) => readonly string[];

type Places = Pick<
  Environment,
  | 'region'
  | 'sqsEndpoint'
  | 'sqsCredentials'
  | 'dynamodbRegion'
  | 'dynamodbEndpoint'
  | 'dynamodbCredentials'
  | 'lambdaEndpoint'
>;

function readPlaces(read: VariableReader): Places {
  const named = read.text('AWS_REGION') ?? read.text('AWS_DEFAULT_REGION');
  const regionAt = (endpoint: string | undefined): string | undefined =>
    named ?? (endpoint === undefined ? undefined : EMULATOR_REGION);
  const endpoint = read.url('AWS_ENDPOINT_URL');
  const sqsEndpoint = read.url('AWS_ENDPOINT_URL_SQS') ?? endpoint;
  const dynamodbEndpoint = read.url('AWS_ENDPOINT_URL_DYNAMODB') ?? endpoint;
  // A queue's own URL may be all that says that it is an emulator's.
  const queueUrl = read.text('QUEUE_URL');
  const emulator = sqsEndpoint ?? (isLocalEndpoint(queueUrl) ? queueUrl : undefined);
  return {
    region: regionAt(emulator),
    sqsEndpoint,
    sqsCredentials: localCredentials(emulator, read.source),
    dynamodbRegion: regionAt(dynamodbEndpoint),
    dynamodbEndpoint,
    lambdaEndpoint: read.url('AWS_ENDPOINT_URL_LAMBDA'),
    dynamodbCredentials: localCredentials(dynamodbEndpoint, read.source),
  };
}

type Ports = Pick<Environment, 'port' | 'consumerPort' | 'consolePort' | 'brokerPort'>;

const PORT = { min: 1, max: 65_535 };

function readPorts(read: VariableReader): Ports {
  return {
    port: read.number('PORT', 3000, PORT),
    consumerPort: read.number('CONSUMER_PORT', 3001, PORT),
    consolePort: read.number('CONSOLE_PORT', 3002, PORT),
    brokerPort: read.number('BROKER_PORT', 4100, PORT),
  };
}

function readTelemetry(
  read: VariableReader,
): Pick<Environment, 'metricsPort' | 'consumerMetricsPort' | 'emf' | 'traces'> {
  return {
    metricsPort: read.numberIfAny('METRICS_PORT', PORT),
    consumerMetricsPort: read.numberIfAny('CONSUMER_METRICS_PORT', PORT),
    emf: read.flag('METRICS', ['emf', 'off']),
    traces: readTraces(read),
  };
}

/** Reads and checks the environment. Throws an `EnvironmentError` with every fault, including those of `check`. */
export function readEnvironment(source: Variables = processVariables, check: Check = () => []): Environment {
  const read = new VariableReader(source);
  const dataDir = read.text('DATA_DIR') ?? '.data';
  const lease = read.numberIfAny('VISIBILITY_TIMEOUT_SECONDS', { min: 1, max: 43_200 });
  const environment: Environment = {
    ...readPlaces(read),
    sdkPath: read.flag('SDK_PATH', ['1', '0']),
    queueUrl: read.url('QUEUE_URL'),
    deadLetterQueueUrl: read.url('DLQ_URL'),
    resultsNamed: read.text('RESULTS') !== undefined,
    results: read.results('RESULTS', `sqlite:${dataDir}/results.db`),
    host: read.text('HOST'),
    ...readPorts(read),
    ...readTelemetry(read),
    dataDir,
    apiKeys: read.keys('API_KEYS'),
    allowAnonymous: read.flag('ALLOW_ANONYMOUS'),
    callerFrom: read.callerSource('CALLER_FROM'),
    showErrors: read.flag('SHOW_ERRORS'),
    rateLimitPerSecond: read.numberIfAny('RATE_LIMIT_PER_SECOND', { min: 1, max: 1_000_000 }),
    concurrency: read.number('CONCURRENCY', 100, { min: 1, max: 10_000 }),
    pollers: read.number('POLLERS', 10, { min: 1, max: 40 }),
    handlerTimeoutSeconds: read.number('HANDLER_TIMEOUT_SECONDS', DELIVERY.handlerTimeoutSeconds, {
      min: 1,
      max: 43_200,
    }),
    workSeconds: read.number('WORK_SECONDS', 0, { min: 0, max: 43_200, whole: false }),
    // A reserved variable, which only Lambda sets, in every function.
    onLambda: read.text('AWS_LAMBDA_FUNCTION_NAME') !== undefined,
    ecsAgentUrl: read.url('ECS_AGENT_URI'),
    visibilityTimeoutSeconds: lease ?? DELIVERY.visibilityTimeoutSeconds,
    leaseSeconds: lease,
  };
  const faults = [...read.faults, ...check(environment)];
  if (faults.length > 0) throw new EnvironmentError(faults);
  return environment;
}
