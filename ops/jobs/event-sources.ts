import type * as Lambda from '@aws-sdk/client-lambda';
import { setTimeout as wait } from 'node:timers/promises';
import { type Environment, processVariables } from '../../contract/environment';
import { isLocalEndpoint, localCredentials } from '../../contract/local';
import { bounded, clientConfig } from '../../transport/aws/index';

/** An event source mapping, by which Lambda reads the queue for a function. */
export interface EventSource {
  readonly id: string;
  /** Name of the function, with its alias where there is one. */
  readonly functionName: string;
  /**
   * As AWS has it: `Enabled`, `Disabled`, and between the two `Enabling`, `Disabling`, `Updating`, `Creating`,
   * `Deleting`.
   */
  readonly state: string;
}

/** What the event sources came to, and how long AWS took. */
export interface Turned {
  readonly sources: readonly EventSource[];
  readonly seconds: number;
  /** Not there yet, when the time was up or it was cancelled. */
  readonly unfinished: readonly EventSource[];
}

export interface TurnOptions {
  readonly signal: AbortSignal;
  /** Those to be turned; undefined for all there are. */
  readonly ids?: ReadonlySet<string> | undefined;
  readonly onProgress?: (unfinished: readonly EventSource[]) => void;
}

const TRIES = { answerMs: 5_000, maxAttempts: 3, connections: 2 };
const CALL_LIMIT_MS = 20_000;
/** AWS changes an event source within seconds as a rule, and promises no time. */
const TURN = { everyMs: 1_000, withinMs: 120_000 };
/** Changed by the next round: it is on its way from one state to another. */
const BUSY: ReadonlySet<string> = new Set(['ResourceInUseException', 'ResourceConflictException']);
const STEADY = { on: 'Enabled', off: 'Disabled' } as const;

/**
 * The event source mappings of one queue. Lambda is asked on AWS only, and where `AWS_ENDPOINT_URL_LAMBDA` names one.
 */
export class EventSources {
  private client: Lambda.LambdaClient | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly queueArn: string,
  ) {}

  /** All there are; none where there is no Lambda. */
  async list(): Promise<EventSource[]> {
    if (!hasLambda(this.environment)) return [];
    const { ListEventSourceMappingsCommand } = library();
    const client = this.open();
    const found: EventSource[] = [];
    let marker: string | undefined;
    do {
      const answer = await client.send(
        new ListEventSourceMappingsCommand({ EventSourceArn: this.queueArn, Marker: marker }),
      );
      for (const { UUID: id = '', FunctionArn: arn = '', State: state = '' } of answer.EventSourceMappings ?? [])
        found.push({ id, functionName: arn.split(':function:').at(-1) ?? arn, state });
      marker = answer.NextMarker === '' ? undefined : answer.NextMarker;
    } while (marker !== undefined);
    return found;
  }

  /** Enables or disables, and waits until AWS has done so. One that is just changing is changed afterwards. */
  async turn(way: 'on' | 'off', { signal, ids, onProgress }: TurnOptions): Promise<Turned> {
    const began = performance.now();
    for (;;) {
      const sources = (await this.list()).filter(({ id }) => ids?.has(id) ?? true);
      const unfinished = sources.filter(({ state }) => state !== STEADY[way] && state !== 'Deleting');
      const ms = performance.now() - began;
      if (unfinished.length === 0 || ms > TURN.withinMs || signal.aborted)
        return { sources, unfinished, seconds: Math.round(ms / 1_000) };
      onProgress?.(unfinished);
      for (const { id, state } of unfinished) if (isSteady(state)) await this.update(id, way === 'on');
      await wait(TURN.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  close(): void {
    this.client?.destroy();
  }

  private async update(id: string, enabled: boolean): Promise<void> {
    const { UpdateEventSourceMappingCommand } = library();
    const client = this.open();
    try {
      await client.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: enabled }));
    } catch (error) {
      if (!(error instanceof Error) || !BUSY.has(error.name)) throw error;
    }
  }

  private open(): Lambda.LambdaClient {
    return (this.client ??= this.connect());
  }

  private connect(): Lambda.LambdaClient {
    const { LambdaClient } = library();
    const { lambdaEndpoint: endpoint } = this.environment;
    const region = this.queueArn.split(':')[3];
    const credentials = localCredentials(endpoint, processVariables);
    return bounded(new LambdaClient(clientConfig({ region, endpoint, credentials }, TRIES)), CALL_LIMIT_MS);
  }
}

/** Loaded only where Lambda is asked; by `require`, which jest follows. */
const library = (): typeof Lambda => require('@aws-sdk/client-lambda') as typeof Lambda;

const isSteady = (state: string): boolean => Object.values(STEADY).some((one) => one === state);

/** AWS's own endpoints may be named as well, such as one in a VPC. */
function hasLambda({ sqsEndpoint, lambdaEndpoint, queueUrl }: Environment): boolean {
  if (lambdaEndpoint !== undefined) return true;
  const at = sqsEndpoint ?? queueUrl;
  return at !== undefined && !isLocalEndpoint(at) && /\.amazonaws\.com(\.cn)?$/.test(URL.parse(at)?.hostname ?? '');
}
