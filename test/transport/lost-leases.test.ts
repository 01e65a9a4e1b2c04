import { setTimeout as wait } from 'node:timers/promises';
import { retry } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { behindProxies, Latch, scripted, Script, startConsumer, type RunningConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { notedAttempts, Notes } from '../harness/noted-attempts';
import { VisibilityLog } from '../harness/visibility-log';

const broker = withBroker({ manyOfAGroup: true });
const lease = { visibilityTimeoutSeconds: 2 };
const { it, own } = behindProxies(broker, async () => ({
  queues: await broker().createQueues({ numbers: lease }),
  notes: new Notes(),
}));

function start(script: Script, concurrency = 1, { queues, proxy, notes } = own()): Promise<RunningConsumer> {
  return startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    concurrency,
    attempts: notedAttempts(notes),
  });
}
const allDone = ({ queueUrl } = own().queues): Promise<boolean> =>
  eventually(() => broker().isEmpty(queueUrl), { withinMs: 20_000 });

/** Waits in its first run until it is told to stop, then for the latch, and fails. */
const failingOnceStopped = (latch: Latch): Script => {
  const script: Script = new Script(async (_payload, { signal }) => {
    if (script.runs.length > 1) return;
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    await latch.opened;
    throw new Error('stopped');
  });
  return script;
};

it('neither counts a run nor gives a message back once its lease is lost', async () => {
  const { proxy, queues, notes } = own();
  const latch = new Latch();
  const script = failingOnceStopped(latch);
  let refusing = true;
  const changes = new VisibilityLog(proxy, () => (refusing ? 'refused' : 'passes'));
  const { transport } = await start(script);
  const actions: string[] = [];
  transport.onSettled(({ action }) => actions.push(action));
  await broker().send(queues.queueUrl, '{}');
  latch.open();
  // The only permit is held, so it comes again only once the first run has ended, and when its lease does.
  await eventually(() => script.runs.length === 1);
  await eventually(() => script.runs.length === 2, { withinMs: 15_000 });
  refusing = false;
  await allDone();
  expect({ attempts: notes.attempts.size, releases: changes.releases }).toEqual({ attempts: 0, releases: 0 });
  await eventually(() => actions.length === 2);
  expect(actions).toEqual(['release', 'delete']);
});

it('gives a message back that came again under a lost lease, by its new receipt, uncounted', async () => {
  const { proxy, queues, notes } = own();
  const latch = new Latch();
  const script = failingOnceStopped(latch);
  let refusing = true;
  const changes = new VisibilityLog(proxy, () => (refusing ? 'refused' : 'passes'));
  let handed = 0;
  let handle = '';
  proxy.rule('ReceiveMessage', {
    answer: async (forward) => {
      const answer = await forward();
      const { Messages = [] } = JSON.parse(answer.body) as { Messages?: { ReceiptHandle: string }[] };
      handed += Messages.length;
      handle = Messages[0]?.ReceiptHandle ?? handle;
      return answer;
    },
  });
  await start(script, 10);
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => handed === 2, { withinMs: 15_000 });
  const again = handle;
  refusing = false;
  await wait(50);
  latch.open();
  await allDone();
  expect(script.runs).toHaveLength(2);
  expect(notes.attempts.size).toBe(0);
  expect(changes.handles[changes.seconds.indexOf(0)]).toBe(again);
});

it('adopts a message that comes again during a drain, and runs it once', async () => {
  const { proxy, queues } = own();
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  // No heartbeat gets through, so the message comes again after two seconds.
  proxy.rule('ChangeMessageVisibilityBatch', 'unavailable');
  let brings = 0;
  const second = new Latch();
  proxy.rule('ReceiveMessage', {
    answer: async (forward) => {
      const answer = await forward();
      if (answer.body.includes('MessageId')) {
        brings += 1;
        if (brings === 2) {
          // The answer is on its way when the drain begins.
          second.open();
          await wait(300);
          proxy.rule('ChangeMessageVisibilityBatch', 'pass');
        }
      }
      return answer;
    },
  });
  const consumer = await start(script, 10);
  await broker().send(queues.queueUrl, '{}');
  await second.opened;
  const stopped = consumer.stop();
  await eventually(() => consumer.transport.status().stopping);
  await wait(1_500);
  latch.open();
  await stopped;
  // It was deleted by the receipt that holds.
  expect(await broker().depth(queues.queueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  expect(script.runs).toHaveLength(1);
});

it('deletes by the receipt that came while a delete was on its way', async () => {
  const { proxy, queues } = own();
  let received = 0;
  proxy.rule('ReceiveMessage', {
    answer: async (forward) => {
      const answer = await forward();
      received += (JSON.parse(answer.body) as { Messages?: unknown[] }).Messages?.length ?? 0;
      return answer;
    },
  });
  proxy.rule('ChangeMessageVisibilityBatch', 'unavailable');
  let deletes = 0;
  proxy.rule('DeleteMessageBatch', {
    answer: async (forward) => {
      deletes += 1;
      // Held until the lease has ended and the message has come again; SQS says yes to the old handle, too.
      if (deletes === 1) await eventually(() => received === 2);
      if (deletes === 1) await wait(100);
      return forward();
    },
  });
  const script = new Script();
  await start(script, 10);
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => deletes === 2, { withinMs: 15_000 });
  await allDone();
  expect(script.runs).toHaveLength(1);
  expect(received).toBeGreaterThanOrEqual(2);
});

it('gives a message back only after an extension on its way has its answer', async () => {
  const { proxy, queues, notes } = own();
  const latch = new Latch();
  const script: Script = new Script(async () => {
    if (script.runs.length === 1) await latch.opened;
    return script.runs.length === 1 ? retry('once', 1) : undefined;
  });
  const answered = new Latch();
  const changes = new VisibilityLog(
    proxy,
    () => 'passes',
    async ([entry]) => {
      if (Number(entry?.['VisibilityTimeout']) < 2) return;
      latch.open();
      await answered.opened;
    },
  );
  await start(script);
  await broker().send(queues.queueUrl, '{}');
  await latch.opened;
  await eventually(() => notes.attempts.size === 1);
  // Time for a release that does not wait to overtake the extension, which would then hide the message again.
  await wait(200);
  answered.open();
  await allDone();
  expect(changes.seconds.slice(0, 2)).toEqual([2, 1]);
});

it('runs a message again that comes again before SQS has answered its release', async () => {
  const { proxy, queues } = own();
  const latch = new Latch();
  proxy.rule('ChangeMessageVisibilityBatch', {
    answer: async (forward) => {
      const answer = await forward();
      await latch.opened;
      return answer;
    },
  });
  const inFlight: number[] = [];
  const script: Script = new Script(() => {
    inFlight.push(consumer.transport.status().inFlight);
    return script.runs.length === 1 ? retry('at once', 0) : undefined;
  });
  const consumer = await start(script, 10);
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 2);
  latch.open();
  await allDone();
  // The first delivery waits for the answer while the second runs.
  expect(inFlight).toEqual([1, 2]);
});

it('does not run again what succeeded under a lost lease, though SQS only says that it is deleted', async () => {
  const { proxy, queues } = own();
  let refused = false;
  new VisibilityLog(proxy, () => {
    refused = true;
    return 'refused';
  });
  proxy.rule('DeleteMessageBatch', ({ nth }) => (nth === 1 ? 'pretend' : 'pass'));
  const script = new Script((_payload, { signal }) => eventually(() => refused && signal.aborted));
  await start(script, 10);
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => proxy.count('DeleteMessageBatch') === 2);
  await allDone();
  expect(script.runs).toHaveLength(1);
});

it('asks for one extension of a lease at a time', async () => {
  const { proxy, queues } = own();
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  let under = 0;
  let most = 0;
  const changes = new VisibilityLog(
    proxy,
    () => 'passes',
    async () => {
      most = Math.max(most, (under += 1));
      await wait(600);
      under -= 1;
    },
  );
  await start(script);
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => changes.seconds.length >= 2);
  expect(most).toBe(1);
  latch.open();
  await allDone();
});

it('begins no run of a group whose lease was lost while it waited for its turn', async () => {
  const { proxy, notes } = own();
  const queues = await broker().createQueues({ fifo: true, numbers: lease });
  const latch = new Latch();
  const begunAborted: unknown[] = [];
  const script = new Script(async (payload, { signal }) => {
    if (signal.aborted) begunAborted.push(payload);
    if (payload === 0) await latch.opened;
  });
  for (const place of ['0', '1', '2']) {
    await broker().send(queues.queueUrl, place, { MessageGroupId: 'one', MessageDeduplicationId: place });
  }
  let head = '';
  proxy.rule('ReceiveMessage', {
    answer: async (forward) => {
      const answer = await forward();
      const { Messages = [] } = JSON.parse(answer.body) as { Messages?: { ReceiptHandle: string; Body: string }[] };
      head = Messages.find(({ Body }) => Body === '0')?.ReceiptHandle ?? head;
      return answer;
    },
  });
  const lost = new Set<string>();
  let refusing = true;
  const verdict = ({ ReceiptHandle = '' }: { ReceiptHandle?: string }): 'refused' | 'passes' => {
    if (!refusing || ReceiptHandle === head) return 'passes';
    lost.add(ReceiptHandle);
    return 'refused';
  };
  const changes = new VisibilityLog(proxy, verdict);
  await start(script, 10, { queues, proxy, notes });
  await eventually(() => lost.size >= 2);
  refusing = false;
  await wait(50);
  latch.open();
  await allDone(queues);
  // On a busy machine they may come again, and be released under their new receipts.
  const released = changes.handles.filter((handle, nth) => changes.seconds[nth] === 0 && lost.has(handle));
  expect({ begunAborted, released }).toEqual({ begunAborted: [], released: [] });
  expect(script.runs.map(({ payload }) => payload)).toEqual([0, 1, 2]);
});
