import { type FaultProxy, type Rule, startFaultProxy } from '../rig/proxy/fault-proxy';
import { type Replay, ruleOf } from './mischief';
import { type Firing } from './nemesis';

interface Line {
  readonly refuse: () => Promise<void>;
  readonly accept: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What stands between one process and one service, for several nemeses at once. */
export abstract class Gateway {
  private refusals = 0;

  protected constructor(private readonly line: Line) {}

  /** A nemesis of the network, until the function returned is called. */
  abstract suffer(firing: Firing, replay: Replay): () => void;

  /** Connections are refused, and those open reset, until every `refuse` has its `accept`. */
  async refuse(): Promise<void> {
    this.refusals += 1;
    if (this.refusals === 1) await this.line.refuse();
  }

  async accept(): Promise<void> {
    this.refusals -= 1;
    if (this.refusals === 0) await this.line.accept();
  }

  close(): Promise<void> {
    return this.line.close();
  }
}

/** Until the function returned is called, the first of the rules that has a say decides. */
export function addRule<Rule>(rules: Set<Rule>, rule: Rule): () => void {
  rules.add(rule);
  return () => {
    rules.delete(rule);
  };
}

/** Before a service that speaks HTTP. */
export class HttpGateway extends Gateway {
  private readonly rules = new Set<Rule>();

  private constructor(private readonly proxy: FaultProxy) {
    super(proxy);
    proxy.rule('*', (call) => {
      for (const rule of this.rules) {
        const verdict = rule(call);
        if (verdict !== 'pass') return verdict;
      }
      return 'pass';
    });
  }

  static async open(endpoint: string): Promise<HttpGateway> {
    return new HttpGateway(await startFaultProxy(endpoint));
  }

  get endpoint(): string {
    return this.proxy.endpoint;
  }

  suffer(firing: Firing, replay: Replay): () => void {
    return addRule(this.rules, ruleOf(firing, replay));
  }
}
