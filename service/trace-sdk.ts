import { Logger } from '@nestjs/common';
import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  CompositePropagator,
  type ExportResult,
  ExportResultCode,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type Propagator, type TraceSettings } from '../contract/traces';

/**
 * Makes the spans of this process and sends them by OTLP over HTTP, as JSON. All of OpenTelemetry's SDK is behind it.
 */
export class TraceMaker {
  private constructor(
    private readonly provider: TracerProvider,
    private readonly exporter: LoggedExporter,
  ) {}

  /** Registers itself for the whole process. */
  static start(settings: TraceSettings, serviceName: string): TraceMaker {
    const exporter = new LoggedExporter(settings.url);
    const { scheduledDelayMillis, exportTimeoutMillis, maxQueueSize, maxExportBatchSize } = settings.batch;
    const provider = new TracerProvider({
      resource: resourceOf(settings, serviceName),
      sampler: samplerOf(settings),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          ...(scheduledDelayMillis !== undefined && { scheduledDelayMillis }),
          ...(exportTimeoutMillis !== undefined && { exportTimeoutMillis }),
          ...(maxQueueSize !== undefined && { maxQueueSize }),
          ...(maxExportBatchSize !== undefined && { maxExportBatchSize }),
        }),
      ],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: settings.propagators.flatMap(propagatorOf) }),
    );
    trace.setGlobalTracerProvider(provider);
    return new TraceMaker(provider, exporter);
  }

  /** The receiver did not take the last spans. */
  get isFailing(): boolean {
    return this.exporter.isFailing;
  }

  /** Resolves once all ended spans are sent, including those on their way, for which the provider does not wait. */
  async flush(): Promise<void> {
    await Promise.all([this.provider.forceFlush(), this.exporter.sent()]);
  }

  /** Resolves once all ended spans are sent, and makes no more. */
  async stop(): Promise<void> {
    trace.disable();
    propagation.disable();
    context.disable();
    await this.provider.shutdown();
  }
}

/** OTEL_RESOURCE_ATTRIBUTES overrides our name for the process, and OTEL_SERVICE_NAME overrides both. */
function resourceOf({ serviceName: named }: TraceSettings, serviceName: string): Resource {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': serviceName }))
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }));
  return named === undefined ? resource : resource.merge(resourceFromAttributes({ 'service.name': named }));
}

function propagatorOf(name: Propagator): TextMapPropagator[] {
  if (name === 'xray') return [new AWSXRayPropagator()];
  return name === 'none' ? [] : [new W3CTraceContextPropagator()];
}

function samplerOf({ sampler, samplerRatio }: TraceSettings): Sampler {
  const name = sampler.replace('parentbased_', '');
  const root =
    name === 'always_off'
      ? new AlwaysOffSampler()
      : name === 'traceidratio'
        ? new TraceIdRatioBasedSampler(samplerRatio)
        : new AlwaysOnSampler();
  return name === sampler ? root : new ParentBasedSampler({ root });
}

/** Exports spans to a receiver. Logs one line when it takes none, and one when it takes them again. */
class LoggedExporter implements SpanExporter {
  isFailing = false;
  private readonly logger = new Logger('Traces');
  private readonly exporter: OTLPTraceExporter;

  constructor(private readonly url: string) {
    this.exporter = new OTLPTraceExporter({ url });
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.note(result);
      done(result);
    });
  }

  sent(): Promise<void> {
    return this.exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private note({ code, error }: ExportResult): void {
    const isFailing = code !== ExportResultCode.SUCCESS;
    if (isFailing === this.isFailing) return;
    this.isFailing = isFailing;
    if (isFailing)
      this.logger.warn(`${this.url} takes no traces, so they are dropped: ${error?.message ?? 'no reason given'}`);
    else this.logger.log(`${this.url} takes traces again`);
  }
}
