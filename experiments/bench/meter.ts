import { memoryUsage, resourceUsage, cpuUsage } from 'node:process';
import { callsBetween, type HttpCalls } from './http-calls';
import { type Work, workMs } from './workload';

/** A job of the bench: warm-up ones have negative inputs. */
export interface BenchJob {
  readonly id: string;
  readonly input: number;
}

export interface MeterSpec {
  readonly work: Work;
  readonly seed: number;
  readonly warmup: number;
  readonly messages: number;
}

/** What a consumer measured of itself, from the end of the warm-up to the last message. */
export interface ConsumerFigures {
  readonly seconds: number;
  /** User and system. */
  readonly cpuMs: number;
  readonly calls: Readonly<Record<string, number>>;
  /** From its send to the start of its handler, in ms. */
  readonly inQueueMs: Percentiles;
  /** From its send to the end of its handler, in ms. */
  readonly endToEndMs: Percentiles;
  readonly peakMiB: number;
  /** Median resident memory of each quarter of the time. */
  readonly quarterMiB: readonly number[];
  /** Messages handled more than once. */
  readonly doubles: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

const SAMPLE_MS = 100;
const MIB = 1_048_576;

/** A UUID of version 7 begins with the milliseconds of its making. */
export const sentAtOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The value below which `share` of the sorted values lie. */
export const quantile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

function percentilesOf(values: Int32Array): Percentiles {
  const sorted = values.toSorted();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

/** The work and the measuring inside a peer's handler, the same for every peer. */
export class Meter {
  private readonly runs: Uint8Array;
  private readonly inQueue: Int32Array;
  private readonly endToEnd: Int32Array;
  private warm = 0;
  private ended = 0;
  private startedAt = 0;
  private cpuAtStart = cpuUsage();
  private callsAtStart: Record<string, number> = {};
  private readonly memory: number[] = [];
  private sampler: NodeJS.Timeout | undefined;

  constructor(
    private readonly spec: MeterSpec,
    private readonly calls: HttpCalls,
    private readonly listener: { started(): void; ended(figures: ConsumerFigures): void },
  ) {
    this.runs = new Uint8Array(spec.messages);
    this.inQueue = new Int32Array(spec.messages);
    this.endToEnd = new Int32Array(spec.messages);
    if (spec.warmup === 0) this.start();
  }

  /** Does the job; undefined where there is nothing to wait for. */
  handle({ id, input }: BenchJob): Promise<void> | undefined {
    if (input < 0) {
      this.warm += 1;
      if (this.warm === this.spec.warmup) this.start();
      return undefined;
    }
    const sentAt = sentAtOf(id);
    this.runs[input] = (this.runs[input] ?? 0) + 1;
    this.inQueue[input] = Date.now() - sentAt;
    const ms = workMs(this.spec.work, this.spec.seed, input);
    if (ms === 0) {
      this.end(input, sentAt);
      return undefined;
    }
    return new Promise((resolve) => {
      setTimeout(() => {
        this.end(input, sentAt);
        resolve();
      }, ms);
    });
  }

  private start(): void {
    this.sampler = setInterval(() => this.memory.push(memoryUsage.rss()), SAMPLE_MS);
    this.callsAtStart = this.calls.snapshot();
    this.cpuAtStart = cpuUsage();
    this.startedAt = performance.now();
    this.listener.started();
  }

  private end(input: number, sentAt: number): void {
    this.endToEnd[input] = Date.now() - sentAt;
    this.ended += 1;
    if (this.ended === this.spec.messages) this.conclude();
  }

  private conclude(): void {
    const seconds = (performance.now() - this.startedAt) / 1_000;
    const { user, system } = cpuUsage(this.cpuAtStart);
    const calls = callsBetween(this.callsAtStart, this.calls.snapshot());
    clearInterval(this.sampler);
    const { memory } = this;
    const quarterMiB = [0, 1, 2, 3].map((quarter) => {
      const part = memory.slice((quarter * memory.length) / 4, ((quarter + 1) * memory.length) / 4);
      return (
        quantile(
          part.sort((one, other) => one - other),
          0.5,
        ) / MIB
      );
    });
    this.listener.ended({
      seconds,
      cpuMs: (user + system) / 1_000,
      calls,
      inQueueMs: percentilesOf(this.inQueue),
      endToEndMs: percentilesOf(this.endToEnd),
      peakMiB: resourceUsage().maxRSS / 1_024,
      quarterMiB,
      doubles: this.runs.reduce((sum, runs) => sum + (runs > 1 ? 1 : 0), 0),
    });
  }
}
