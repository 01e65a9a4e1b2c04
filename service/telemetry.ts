import { type Provider } from '@nestjs/common';
import { Metrics } from '../transport/index';
import { EmfLog, type EmfPlace } from './emf-log';
import { MetricsEndpoint, type MetricsPlace } from './metrics-endpoint';

/** How a process tells what it counts. */
export interface Telemetry extends EmfPlace, MetricsPlace {
  /** Where `GET /metrics` is answered; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  readonly emf: boolean;
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
