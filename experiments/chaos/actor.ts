import { setTimeout as wait } from 'node:timers/promises';
import { LoggedProcess, type ProcessSpec } from '../rig/process/logged-process';

const START_AGAIN_MS = 300;
/** Longer than any nemesis lasts. */
const START_WITHIN_MS = 60_000;
const HEALTH_EVERY_MS = 50;

export interface ActorSpec extends ProcessSpec {
  readonly name: string;
  /** Where it says that it lives; undefined for a process that sends a message instead. */
  readonly liveUrl?: string;
}

/** A process of the pair, kept alive by whoever does that in production. */
export class Actor {
  /** What it did that it never should, a sentence each. */
  readonly faults: string[] = [];
  readonly drainMs: number[] = [];
  private process: LoggedProcess | undefined;
  /** Its end is somebody's will. */
  private ending = false;

  constructor(private readonly spec: ActorSpec) {}

  get name(): string {
    return this.spec.name;
  }

  get pid(): number {
    if (!this.process) throw new Error(`${this.name} was never started.`);
    return this.process.pid;
  }

  /** Resolves once it is up, however many starts that takes: a store may be away. */
  async start(): Promise<void> {
    const deadline = performance.now() + START_WITHIN_MS;
    while (performance.now() < deadline) {
      const process = new LoggedProcess(this.spec);
      this.process = process;
      this.ending = false;
      if (await this.isUp(process)) {
        void process.exited.then(() => this.ended(process));
        return;
      }
      await wait(START_AGAIN_MS);
    }
    throw new Error(`${this.name} does not start; ${this.spec.log} says why.`);
  }

  async kill(awayMs: number): Promise<void> {
    this.ending = true;
    await this.process?.end('SIGKILL');
    await wait(awayMs);
    await this.start();
  }

  /** Drains and starts again. */
  async term(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async freeze(ms: number): Promise<void> {
    this.process?.signal('SIGSTOP');
    await wait(ms);
    this.thaw();
  }

  stopClock(): void {
    this.process?.signal('SIGSTOP');
  }

  thaw(): void {
    this.process?.signal('SIGCONT');
  }

  /** As a rolling update does; anything but exit code 0 is a fault. */
  async stop(): Promise<void> {
    this.ending = true;
    const exit = await this.process?.end('SIGTERM');
    if (!exit) return;
    this.drainMs.push(exit.ms);
    if (exit.code !== 0)
      this.faults.push(`${this.name} ended with ${String(exit.code ?? exit.signal)} on SIGTERM, after ${exit.ms} ms`);
  }

  /** At once, whatever it does. */
  destroy(): void {
    this.ending = true;
    this.process?.signal('SIGKILL');
  }

  private async isUp(process: LoggedProcess): Promise<boolean> {
    const { liveUrl } = this.spec;
    if (liveUrl === undefined)
      return process.listening().then(
        () => true,
        () => false,
      );
    while (process.running) {
      const answer = await fetch(liveUrl, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return true;
      await wait(HEALTH_EVERY_MS);
    }
    return false;
  }

  private async ended(process: LoggedProcess): Promise<void> {
    if (this.ending || process !== this.process) return;
    this.faults.push(`${this.name} ended by itself`);
    await this.start();
  }
}
