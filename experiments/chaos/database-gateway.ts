import { DatabaseProxy, type Fate } from '../../results/conformance/database-proxy';
import { addRule, Gateway } from './gateway';
import { SHARES, SLOW_MS } from './mischief';
import { type Firing } from './nemesis';
import { Random } from '../rig/random';

/** A proxy in front of a PostgreSQL server. It does to connections what the fault proxy does to calls over HTTP. */
export class DatabaseGateway extends Gateway {
  private readonly rules = new Set<() => Fate>();

  private constructor(private readonly proxy: DatabaseProxy) {
    super(proxy);
    proxy.rule = () => {
      for (const rule of this.rules) {
        const fate = rule();
        if (fate !== 'pass') return fate;
      }
      return 'pass';
    };
  }

  static async open(url: string): Promise<DatabaseGateway> {
    return new DatabaseGateway(await DatabaseProxy.start(url));
  }

  get port(): string {
    return this.proxy.port;
  }

  suffer(firing: Firing): () => void {
    return addRule(this.rules, fatesOf(firing));
  }
}

/** A server that is throttled has no answer of its own for it: its connections break before they bring anything. */
function fatesOf({ nemesis, seed }: Firing): () => Fate {
  const random = new Random(seed);
  const swallow = random.chance(0.5);
  switch (nemesis) {
    case 'blackhole':
      return () => (swallow ? 'swallow' : 'drop');
    case 'reset':
      return () => (random.chance(SHARES.reset) ? 'reset' : 'pass');
    case 'slow':
      return () => ({ delayMs: random.whole(...SLOW_MS) });
    case 'throttle':
      return () => (random.chance(SHARES.throttle) ? 'cut' : 'pass');
    default:
      return () => 'pass';
  }
}
