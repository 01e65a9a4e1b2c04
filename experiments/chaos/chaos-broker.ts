import { setTimeout as wait } from 'node:timers/promises';
import { type Child } from '../../ops/child';
import { type EmbeddedBrokerOptions, startEmbeddedBroker } from '../rig/process/embedded-broker';

/** The broker of a run: somebody's, or an embedded one of its own, that can be killed if it keeps its data on disk. */
export class ChaosBroker {
  private constructor(
    readonly endpoint: string,
    private process: Child | undefined,
    private readonly options: EmbeddedBrokerOptions,
  ) {}

  static async open(url: string | undefined, options: EmbeddedBrokerOptions): Promise<ChaosBroker> {
    if (url !== undefined) return new ChaosBroker(url, undefined, {});
    const { process, endpoint } = await startEmbeddedBroker(options);
    return new ChaosBroker(endpoint, process, options);
  }

  get isShared(): boolean {
    return this.process === undefined;
  }

  async kill(awayMs: number): Promise<void> {
    const { process, options, endpoint } = this;
    if (!process || options.dataDir === undefined)
      throw new Error('Only an embedded broker with its data on disk can be killed.');
    process.kill();
    await process.ended;
    await wait(awayMs);
    this.process = (await startEmbeddedBroker({ ...options, port: Number(new URL(endpoint).port) })).process;
  }

  async close(): Promise<void> {
    await this.process?.stop(5_000);
  }

  destroy(): void {
    this.process?.kill();
  }
}
