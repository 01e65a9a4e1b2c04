import { type OnApplicationShutdown } from '@nestjs/common';
import { type TracerProvider } from '@opentelemetry/api';
import { type TraceSettings } from '../contract/traces';
import { openTelemetry } from '../transport/traces/index';
import type * as Sdk from './trace-sdk';

/** Loaded where it is used, since most processes make no traces; by `require`, which jest and the bundle follow. */
const sdk = (): typeof Sdk => require('./trace-sdk') as typeof Sdk;

/** Limits how long the end of the process, or an event on Lambda, waits for the receiver. */
const FLUSH_MS = { atTheEnd: 2_000, within: 500 };

/** Shared by both apps if they run in one process. */
let shared: { readonly maker: Sdk.TraceMaker; users: number } | undefined;

/** A provider of spans that can be flushed, as those of OpenTelemetry's SDK and of vendors. */
interface Provider extends TracerProvider {
  getDelegate?: () => Provider;
  forceFlush?: () => Promise<void>;
}

/**
 * The traces of a process: its own if the environment asks for them, or those of a provider that is registered already.
 */
export class Traces implements OnApplicationShutdown {
  private constructor(private readonly ownName: string | undefined) {}

  static open(settings: TraceSettings | undefined, serviceName: string): Traces {
    if (settings === undefined || (shared === undefined && openTelemetry() !== undefined)) return new Traces(undefined);
    shared ??= { maker: sdk().TraceMaker.start(settings, serviceName), users: 0 };
    shared.users += 1;
    return new Traces(serviceName);
  }

  /** Whether spans are made here, or contexts passed on. */
  get areOn(): boolean {
    return openTelemetry() !== undefined;
  }

  /**
   * Resolves when all ended spans are sent, or after half a second, or after `leftMs`. At once while
   * the receiver cannot be reached.
   */
  async flush(leftMs = FLUSH_MS.within): Promise<void> {
    const flushed = shared === undefined ? flushOfOthers() : shared.maker.flush();
    if (flushed === undefined) return;
    if (shared?.maker.isFailing === true) flushed.catch(() => undefined);
    else await within(Math.min(FLUSH_MS.within, Math.max(0, leftMs)), flushed);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.ownName === undefined || shared === undefined) return;
    shared.users -= 1;
    if (shared.users > 0) return this.flush();
    const { maker } = shared;
    shared = undefined;
    await within(FLUSH_MS.atTheEnd, maker.stop());
  }
}

/** Undefined without a provider that can be flushed. */
function flushOfOthers(): Promise<void> | undefined {
  const proxy: Provider | undefined = openTelemetry()?.trace.getTracerProvider();
  const provider = proxy?.getDelegate?.() ?? proxy;
  return provider?.forceFlush?.();
}

/** Waits for `work` up to `ms`, whether or not it succeeds. */
function within(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    work.then(end, end);
  });
}
