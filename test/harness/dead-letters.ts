import { type Message } from '@aws-sdk/client-sqs';
import { DEAD_LETTER_ATTRIBUTE, type DeadLetter } from '../../transport/index';
import { type TestBroker } from './broker';
import { eventually } from './eventually';

/** The why of a dead letter; fails for one that carries none. */
export function whyOf(message: Message): DeadLetter {
  const text = message.MessageAttributes?.[DEAD_LETTER_ATTRIBUTE]?.StringValue;
  if (text === undefined) throw new Error(`The dead letter ${message.MessageId ?? ''} does not say why`);
  return JSON.parse(text) as DeadLetter;
}

/** Waits until the dead-letter queue has given out `count` messages; a FIFO queue gives out the next of a group only once the last is deleted. */
export async function deadLetters(
  broker: TestBroker,
  url: string,
  { count = 1, withinMs = 15_000 } = {},
): Promise<Message[]> {
  const found: Message[] = [];
  await eventually(
    async () => {
      const some = await broker.receiveAll(url);
      found.push(...some);
      if (url.endsWith('.fifo')) await broker.delete(url, some);
      if (found.length < count) throw new Error(`${found.length} of ${count} dead letters so far`);
    },
    { withinMs },
  );
  return found;
}
