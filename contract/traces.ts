import { type VariableReader } from './variable-reader';

/**
 * How traces are made and where they go, in OpenTelemetry's own variables:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export interface TraceSettings {
  /** The name of this process in traces. Undefined means `plusone-producer` or `plusone-consumer`. */
  readonly serviceName: string | undefined;
  /** Where spans are sent. */
  readonly url: string;
  readonly sampler: Sampler;
  /** The share of new traces that is sampled, from 0 to 1. */
  readonly samplerRatio: number;
  readonly propagators: readonly Propagator[];
  /** Undefined takes OpenTelemetry's own numbers. */
  readonly batch: {
    readonly scheduledDelayMillis: number | undefined;
    readonly exportTimeoutMillis: number | undefined;
    readonly maxQueueSize: number | undefined;
    readonly maxExportBatchSize: number | undefined;
  };
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type Sampler = (typeof SAMPLERS)[number];

const PROPAGATORS = ['tracecontext', 'xray', 'none'] as const;
export type Propagator = (typeof PROPAGATORS)[number];

/** One of OpenTelemetry's default propagators, which is not used here: baggage is not for queues. */
const IGNORED = 'baggage';

const DEFAULT_ENDPOINT = 'http://localhost:4318';

/** Undefined if no traces are made. */
export function readTraces(read: VariableReader): TraceSettings | undefined {
  const isDisabled = read.flag('OTEL_SDK_DISABLED');
  const endpoint = read.url('OTEL_EXPORTER_OTLP_ENDPOINT');
  const ofTraces = read.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const exporter = oneOf(read, 'OTEL_TRACES_EXPORTER', ['otlp', 'none']);
  const isAsked = exporter === 'otlp' || (exporter === undefined && (endpoint ?? ofTraces) !== undefined);
  if (isDisabled || !isAsked) return undefined;
  for (const name of ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'])
    oneOf(read, name, ['http/json', 'http/protobuf']);
  const batch = { min: 1, max: 100_000 };
  const ms = { min: 1, max: 600_000 };
  return {
    serviceName: read.text('OTEL_SERVICE_NAME'),
    url: ofTraces ?? `${(endpoint ?? DEFAULT_ENDPOINT).replace(/\/+$/, '')}/v1/traces`,
    sampler: oneOf(read, 'OTEL_TRACES_SAMPLER', SAMPLERS) ?? 'parentbased_always_on',
    samplerRatio: read.number('OTEL_TRACES_SAMPLER_ARG', 1, { min: 0, max: 1, whole: false }),
    propagators: readPropagators(read),
    batch: {
      scheduledDelayMillis: read.numberIfAny('OTEL_BSP_SCHEDULE_DELAY', ms),
      exportTimeoutMillis: read.numberIfAny('OTEL_BSP_EXPORT_TIMEOUT', ms),
      maxQueueSize: read.numberIfAny('OTEL_BSP_MAX_QUEUE_SIZE', batch),
      maxExportBatchSize: read.numberIfAny('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', batch),
    },
  };
}

function readPropagators(read: VariableReader): Propagator[] {
  const texts = (read.text('OTEL_PROPAGATORS') ?? 'tracecontext').split(',').map((text) => text.trim());
  const named = [...new Set(texts)].filter((text) => text !== '' && text !== IGNORED);
  return named.filter((text): text is Propagator => {
    if (isOneOf(text, PROPAGATORS)) return true;
    read.faults.push(
      `OTEL_PROPAGATORS has "${text}"; it takes ${PROPAGATORS.join(', ')} and ${IGNORED}, comma separated`,
    );
    return false;
  });
}

function oneOf<Word extends string>(read: VariableReader, name: string, words: readonly Word[]): Word | undefined {
  const text = read.text(name);
  if (text === undefined || isOneOf(text, words)) return text;
  read.faults.push(`${name} is "${text}"; it takes ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`);
  return undefined;
}

const isOneOf = <Word extends string>(text: string, words: readonly Word[]): text is Word =>
  words.some((word) => word === text);
