import { DeleteMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { randomInt } from 'node:crypto';
import { type Queues } from './provision';
import { PersistentBroker } from '../test/harness/embedded';
import { endApps } from '../test/harness/processes';

/** At least, and until something of each kind has happened, which takes longer on a busy machine. */
const ROUNDS = 10;

/** What the clients know: whether a send or a delete was asked for, and whether it was answered. */
interface Ledger {
  readonly asked: Set<string>;
  readonly sent: Set<string>;
  readonly deleting: Set<string>;
  readonly deleted: Set<string>;
}

const newLedger = (): Ledger => ({ asked: new Set(), sent: new Set(), deleting: new Set(), deleted: new Set() });

/** Runs `step` again and again until the broker is gone. */
async function untilKilled(step: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await step();
    } catch {
      return;
    }
  }
}

// A SIGKILL may land at any statement: nothing answered may be undone, and no message be in two places or none.
describe('the embedded broker, killed at random', () => {
  let broker: PersistentBroker;

  beforeEach(async () => {
    broker = await PersistentBroker.start();
  });
  afterEach(async () => {
    await broker.close();
    await endApps();
  });

  async function send(queues: Queues, ledger: Ledger): Promise<void> {
    const fifo = queues.queueUrl.endsWith('.fifo');
    const bodies = Array.from({ length: 10 }, (_, i) => `m${ledger.asked.size + i}`);
    for (const body of bodies) ledger.asked.add(body);
    const entries = bodies.map((body, i) => ({
      Id: String(i),
      MessageBody: body,
      ...(fifo && { MessageGroupId: body, MessageDeduplicationId: body }),
    }));
    await broker.client.send(new SendMessageBatchCommand({ QueueUrl: queues.queueUrl, Entries: entries }));
    for (const body of bodies) ledger.sent.add(body);
  }

  /** Takes messages, some under no lease, so that the next receive moves them; deletes one, releases some. */
  async function receive(queues: Queues, ledger: Ledger): Promise<void> {
    const leaseSeconds = randomInt(2) * 30;
    const [first, ...rest] = await broker.receive(queues.queueUrl, leaseSeconds);
    for (const { ReceiptHandle } of rest.slice(5)) await broker.release(queues.queueUrl, ReceiptHandle).catch(() => 0);
    if (first?.Body === undefined) return;
    ledger.deleting.add(first.Body);
    await broker.client.send(
      new DeleteMessageCommand({ QueueUrl: queues.queueUrl, ReceiptHandle: first.ReceiptHandle }),
    );
    // A handle without a lease may have been outdated by the next receive; SQS answers 200 then too.
    if (leaseSeconds > 0) ledger.deleted.add(first.Body);
  }

  async function check(queues: Queues, ledger: Ledger): Promise<{ moved: number }> {
    const deadLetters = await broker.bodies(queues.deadLetterQueueUrl);
    const all = [...(await broker.bodies(queues.queueUrl)), ...deadLetters];
    const present = new Set(all);
    expect(all).toHaveLength(present.size);
    expect(all.filter((body) => !ledger.asked.has(body))).toEqual([]);
    expect([...ledger.sent].filter((body) => !present.has(body) && !ledger.deleting.has(body))).toEqual([]);
    expect([...ledger.deleted].filter((body) => present.has(body))).toEqual([]);
    return { moved: deadLetters.length };
  }

  it.each(['killed', 'killed.fifo'])(
    'loses and doubles nothing while messages move to the DLQ: %s',
    async (name) => {
      const queues = await broker.provision(name, { maxReceiveCount: 1 });
      const ledger = newLedger();
      let moved = 0;
      const seen = (): boolean => ledger.sent.size > 100 && ledger.deleted.size > 0 && moved > 20;
      for (let round = 0; round < ROUNDS || !seen(); round++) {
        const work = [0, 1, 2, 3].map((worker) =>
          untilKilled(() => (worker === 0 ? send(queues, ledger) : receive(queues, ledger))),
        );
        const kill = new Promise<void>((resolve) => {
          setTimeout(
            () => {
              resolve(broker.restart('SIGKILL'));
            },
            randomInt(50, 400),
          );
        });
        await Promise.all([...work, kill]);
        ({ moved } = await check(queues, ledger));
      }
    },
    60_000,
  );
});
