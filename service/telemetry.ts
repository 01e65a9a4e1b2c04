import { type Provider } from '@nestjs/common';
import { Metrics } from '../transport/index';
import { EmfLog } from './emf-log';
import { MetricsEndpoint } from './metrics-endpoint';

/** How a process tells what it counts. */
export interface Telemetry {
  readonly service: 'producer' | 'consumer';
  readonly queueUrl: string;
  /** Where `GET /metrics` is answered; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** The variable that holds it. */
  readonly variable: 'METRICS_PORT' | 'CONSUMER_METRICS_PORT';
  readonly host: string | undefined;
  /** The service's own port, which metrics leave to it. */
  readonly appPort: number;
  readonly emf: boolean;
  readonly onLambda: boolean;
}

/** The registry, and what reads it. */
export function telemetryProviders(metrics: Metrics, telemetry: Telemetry): Provider[] {
  const { metricsPort, emf } = telemetry;
  return [
    { provide: Metrics, useValue: metrics },
    ...(metricsPort === undefined
      ? []
      : [{ provide: MetricsEndpoint, useValue: new MetricsEndpoint(metrics, { ...telemetry, port: metricsPort }) }]),
    ...(emf ? [{ provide: EmfLog, useValue: new EmfLog(metrics, telemetry) }] : []),
  ];
}
