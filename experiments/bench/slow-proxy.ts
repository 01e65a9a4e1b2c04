/**
 * Passes SQS calls on, each so much later, as a process of its own.
 *
 *   slow-proxy.js URL MILLISECONDS
 */
import { type BrokerReady } from '../../ops/broker';
import { startFaultProxy } from '../rig/proxy/fault-proxy';

async function main(): Promise<void> {
  const [target = '', delay] = process.argv.slice(2);
  const proxy = await startFaultProxy(target);
  proxy.rule('*', { delayMs: Number(delay) });
  const ready: BrokerReady = { listening: proxy.endpoint };
  process.send?.(ready);
}

void main();
