import { randomUUID } from 'node:crypto';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { type ComposeStack } from './stack';

/** What a user does with curl, and what a queue may bring beside it. */
export function itServes(stack: () => ComposeStack): void {
  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${stack().producerUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  const sendTwice = async (body: string): Promise<void> => {
    await stack().broker.send(stack().queueUrl, body);
    await stack().broker.send(stack().queueUrl, body);
  };

  test('POST / answers at once, and what is invalid is a problem', async () => {
    expect(await (await post('/', { input: 1 })).json()).toEqual({ input: 1, result: 2 });
    const refused = await post('/produce', { input: '5' });
    expect(refused.status).toBe(400);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
  });

  test('one Idempotency-Key is one job, with one effect', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all([post('/produce', { input: 5 }, key), post('/produce', { input: 5 }, key)]);
    const [one, two] = (await Promise.all(answers.map((answer) => answer.json()))) as { id: string }[];
    expect(two).toEqual(one);
    const id = one?.id ?? '';
    expect(await stack().result(id, 20)).toMatchObject({ status: 'done', result: 6 });
    await stack().worked();
    expect(await stack().tally([id])).toEqual({ lost: 0, mostEffects: 1 });
    expect((await post('/produce', { input: 6 }, key)).status).toBe(422);
  });

  test('a job that comes in two messages has one effect', async () => {
    const id = randomUUID();
    await sendTwice(JSON.stringify({ id, input: 1 }));
    await stack().worked();
    expect(await stack().tally([id])).toEqual({ lost: 0, mostEffects: 1 });
  });

  test('what is no job goes to the dead-letter queue at its first delivery, with the reason', async () => {
    const { broker, queueUrl, deadLetterQueueUrl } = stack();
    await broker.send(queueUrl, 'not JSON');
    const letters = await deadLetters(broker, deadLetterQueueUrl);
    expect(letters.map((letter) => [letter.Body, whyOf(letter).reason])).toEqual([['not JSON', 'malformed']]);
    await broker.delete(deadLetterQueueUrl, letters);
  });
}
