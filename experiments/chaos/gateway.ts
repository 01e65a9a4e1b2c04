import { type FaultProxy, type Rule, startFaultProxy } from '../proxy/fault-proxy';

/** What stands between one process and one service, for several nemeses at once: the first that has a say decides. */
export class Gateway {
  private readonly rules = new Set<Rule>();
  private refusals = 0;

  private constructor(private readonly proxy: FaultProxy) {
    proxy.rule('*', (call) => {
      for (const rule of this.rules) {
        const verdict = rule(call);
        if (verdict !== 'pass') return verdict;
      }
      return 'pass';
    });
  }

  static async open(endpoint: string): Promise<Gateway> {
    return new Gateway(await startFaultProxy(endpoint));
  }

  get endpoint(): string {
    return this.proxy.endpoint;
  }

  /** Until the function returned is called. */
  impose(rule: Rule): () => void {
    this.rules.add(rule);
    return () => {
      this.rules.delete(rule);
    };
  }

  /** Connections are refused, and those open reset, until every `refuse` has its `accept`. */
  async refuse(): Promise<void> {
    this.refusals += 1;
    if (this.refusals === 1) await this.proxy.refuse();
  }

  async accept(): Promise<void> {
    this.refusals -= 1;
    if (this.refusals === 0) await this.proxy.accept();
  }

  /** Calls that would never be answered learn that their connection is gone. */
  async resetAll(): Promise<void> {
    await this.refuse();
    await this.accept();
  }

  async close(): Promise<void> {
    await this.proxy.close();
  }
}
