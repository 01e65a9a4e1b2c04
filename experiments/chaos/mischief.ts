import { setTimeout as wait } from 'node:timers/promises';
import { type Rule } from '../rig/proxy/fault-proxy';
import { answerJson, type Answer, type SqsCall } from '../rig/proxy/sqs-call';
import { type Firing } from './nemesis';
import { Random } from '../rig/random';

/** Messages received once that are to be received again, by whichever consumer asks next. */
export type Replay = unknown[];

export const SHARES = { reset: 0.5, throttle: 0.7, duplicate: 0.6, 'lost-deletes': 0.7 };
export const SLOW_MS = [150, 1_500] as const;

/** What a nemesis of the network says of each call while it lasts. */
export function ruleOf(firing: Firing, replay: Replay): Rule {
  const random = new Random(firing.seed);
  const swallow = random.chance(0.5);
  switch (firing.nemesis) {
    case 'blackhole':
      return () => (swallow ? 'swallow' : 'blackhole');
    case 'reset':
      return () => (random.chance(SHARES.reset) ? 'reset' : 'pass');
    case 'slow':
      return () => ({ delayMs: random.whole(...SLOW_MS) });
    case 'throttle':
      return () => (random.chance(SHARES.throttle) ? throttledBy(firing) : 'pass');
    case 'duplicate':
      return (call) => (call.action === 'ReceiveMessage' ? duplicated(call, replay, random) : 'pass');
    case 'lost-deletes':
      return ({ action }) =>
        action === 'DeleteMessageBatch' && random.chance(SHARES['lost-deletes']) ? 'pretend' : 'pass';
    case 'failed-heartbeats':
      return ({ action }) => (action === 'ChangeMessageVisibilityBatch' ? failedHeartbeat(random) : 'pass');
    default:
      return () => 'pass';
  }
}

function throttledBy({ before }: Firing): ReturnType<Rule> {
  if (before === 'broker') return 'throttle';
  const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
  return { answer: () => Promise.resolve(answerJson({ __type, message: 'Rate exceeded' }, 400)) };
}

function failedHeartbeat(random: Random): ReturnType<Rule> {
  return random.pick<ReturnType<Rule>>(['drop', 'throttle', 'unavailable', { failEntries: () => true }]);
}

function duplicated({ body }: SqsCall, replay: Replay, random: Random): ReturnType<Rule> {
  if (replay.length > 0) {
    const Messages = replay.splice(0, Number(body['MaxNumberOfMessages'] ?? 1));
    return { answer: () => Promise.resolve(answerJson({ Messages })) };
  }
  if (!random.chance(SHARES.duplicate)) return 'pass';
  return {
    answer: async (forward) => {
      const answer = await forward();
      replay.push(...messagesIn(answer));
      return answer;
    },
  };
}

function messagesIn({ body }: Answer): unknown[] {
  const answer: unknown = JSON.parse(body);
  const messages: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'Messages') : undefined;
  return Array.isArray(messages) ? messages : [];
}

/** A lane of firings: the next waits for its time and for the one before. */
export async function oneAfterTheOther(
  firings: readonly Firing[],
  startedAt: number,
  fire: (firing: Firing) => Promise<void>,
): Promise<void> {
  for (const firing of firings) {
    await wait(Math.max(0, startedAt + firing.at - performance.now()));
    await fire(firing);
  }
}
