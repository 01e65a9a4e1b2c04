import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { eventually } from './eventually';

type Value = Readonly<Record<string, unknown>>;

/** A span as OTLP's JSON has it: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: Pick<OtlpSpan, 'attributes'>;
    readonly scopeSpans: readonly { readonly schemaUrl?: string; readonly spans: readonly OtlpSpan[] }[];
  }[];
}

export interface Span extends Omit<OtlpSpan, 'attributes' | 'kind'> {
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly schemaUrl: string | undefined;
}

const KINDS = ['', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

const valuesOf = (attributes: OtlpSpan['attributes']): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Receives spans by OTLP over HTTP, as a collector does. */
export class OtlpReceiver {
  readonly spans: Span[] = [];
  /** Requests, whatever became of them. */
  requests = 0;
  private readonly server: Server;

  private constructor(private readonly answer: RequestListener | undefined) {
    this.server = createServer((request, response) => {
      this.requests += 1;
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        if (this.answer) {
          this.answer(request, response);
          return;
        }
        expect(request.url).toBe('/v1/traces');
        this.take(JSON.parse(body) as Export);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
  }

  /** `answer`: in the place of a receiver that works. */
  static async start(answer?: RequestListener): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver(answer);
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What an app needs to send its spans here, soon after they have ended. */
  get variables(): Readonly<Record<string, string>> {
    return { OTEL_EXPORTER_OTLP_ENDPOINT: this.url, OTEL_BSP_SCHEDULE_DELAY: '20' };
  }

  /** Waits for this many spans of that name, and resolves to them in the order in which they came. */
  named(name: string, count = 1): Promise<Span[]> {
    return eventually(
      () => {
        const found = this.spans.filter((span) => span.name === name);
        if (found.length < count)
          throw new Error(
            `${found.length} of ${count} spans ${name}: ${this.spans.map((span) => span.name).join(', ')}`,
          );
        return found;
      },
      { withinMs: 20_000 },
    );
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private take({ resourceSpans }: Export): void {
    for (const { resource, scopeSpans } of resourceSpans)
      for (const { schemaUrl, spans } of scopeSpans)
        for (const { attributes, kind, ...span } of spans)
          this.spans.push({
            ...span,
            schemaUrl,
            kind: KINDS[kind] ?? '',
            attributes: valuesOf(attributes),
            resource: valuesOf(resource.attributes),
          });
  }
}
