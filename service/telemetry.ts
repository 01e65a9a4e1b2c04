import { type Provider } from '@nestjs/common';
import { Metrics } from '../transport/index';
import { EmfLog, type EmfPlace } from './emf-log';
import { Traces } from './traces';
import { MetricsEndpoint, type MetricsPlace } from './metrics-endpoint';

/** How a process publishes what it counts and does. */
export interface Telemetry extends EmfPlace, MetricsPlace {
  /** The port of `GET /metrics`; undefined: none. */
  readonly metricsPort: number | undefined;
  readonly emf: boolean;
  readonly traces: Traces;
}

/** The registry, and what reads it. */
export function telemetryProviders(metrics: Metrics, telemetry: Telemetry): Provider[] {
  const { metricsPort, emf, traces } = telemetry;
  return [
    { provide: Metrics, useValue: metrics },
    { provide: Traces, useValue: traces },
    ...(metricsPort === undefined
      ? []
      : [{ provide: MetricsEndpoint, useValue: new MetricsEndpoint(metrics, { ...telemetry, port: metricsPort }) }]),
    ...(emf ? [{ provide: EmfLog, useValue: new EmfLog(metrics, telemetry) }] : []),
  ];
}
