import { OptionError, type OptionReader } from './option-reader';

/** Where a collector beside each task sends metrics and traces. */
export interface CollectorOptions {
  /** Takes OTLP over HTTP; the collector adds /v1/metrics and /v1/traces. */
  readonly endpoint: string;
  /** Holds the value of `Authorization`: a secret's name, or its whole ARN. */
  readonly secret: string | undefined;
}

export interface TelemetryOptions {
  /** Undefined: the apps' metrics are in CloudWatch only. */
  readonly collector: CollectorOptions | undefined;
}

const OTLP_ONLY = ['otlpEndpoint', 'otlpSecret'];
export const TELEMETRY_NAMES = ['telemetry', ...OTLP_ONLY];

export function readTelemetry(read: OptionReader, region: string, onFargate: boolean): TelemetryOptions {
  const telemetry = read.choice('telemetry', ['emf', 'otlp']);
  if (telemetry === 'emf') {
    read.refuse(OTLP_ONLY, 'telemetry=emf');
    return { collector: undefined };
  }
  if (!onFargate)
    throw new OptionError(
      'telemetry is "otlp"; it takes an app on Fargate, since a function has no collector beside it.',
    );
  const endpoint = read.matching(
    'otlpEndpoint',
    /^https:\/\/[^\s/?#]+[^\s?#]*$/,
    'an https URL such as https://otlp.example.com',
  );
  if (endpoint === undefined) throw new OptionError('otlpEndpoint is missing; telemetry=otlp needs it.');
  return { collector: { endpoint: endpoint.replace(/\/+$/, ''), secret: read.secret('otlpSecret', region) } };
}
