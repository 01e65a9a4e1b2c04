import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as wait } from 'node:timers/promises';
import { Consumer } from 'sqs-consumer';
import { createConsumer } from '../../consumer/app';
import { DELIVERY } from '../../contract/delivery';
import { readEnvironment } from '../../contract/environment';
import { workBy } from '../../jobs/work';
import { createProvisionClient } from '../../ops/provision';
import { createLogger } from '../../service/logger';
import { Bank, TRANSFER, transfer } from './bank';
import { type Diary } from './diary';
import { type ConsumerName, nameOf, PLAIN_INSTANCES } from './grid';
import { jobIn, type Cell } from './plan';

interface CellPlace {
  readonly region: string;
  readonly endpoint: string;
  readonly diary: Diary;
}

const AFTER_ERROR_MS = 500;

/** Begins to take the transfers of a cell, until the process ends. */
export const CONSUME: Readonly<Record<ConsumerName, (cell: Cell, place: CellPlace) => Promise<void>>> = {
  tutorial: consumeAsTutorial,
  'sqs-consumer': consumePlainly,
  plusone: consumeOurs,
};

/** The work: it takes its time, then pays; nothing remembers that it paid. */
function worker(cell: Cell, { diary }: CellPlace): (message: Message) => Promise<void> {
  const bank = new Bank(cell.bank);
  return async (message) => {
    const job = jobIn(message);
    const name = nameOf(cell.setting);
    diary.add({ kind: 'run', cell: name, jobId: job.id });
    await wait(cell.setting.workSeconds * 1_000);
    bank.pay(job);
    diary.add({ kind: 'ended', cell: name, jobId: job.id });
  };
}

/** Receive, work, delete; as on Lambda each message has a worker at once, however many are busy. */
function consumeAsTutorial(cell: Cell, place: CellPlace): Promise<void> {
  const client = createProvisionClient(place.region, place.endpoint);
  const work = worker(cell, place);
  const handle = async (message: Message): Promise<void> => {
    await work(message);
    const { ReceiptHandle } = message;
    await client.send(new DeleteMessageCommand({ QueueUrl: cell.queues.queueUrl, ReceiptHandle }));
  };
  const refused = (): void => {
    place.diary.add({ kind: 'refused', cell: nameOf(cell.setting) });
  };
  void pollForEver(client, cell.queues.queueUrl, (message) => void handle(message).catch(refused));
  return Promise.resolve();
}

async function pollForEver(client: SQSClient, queueUrl: string, handle: (message: Message) => void): Promise<never> {
  const receive = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: DELIVERY.receiveWaitSeconds,
  });
  for (;;) {
    try {
      const { Messages = [] } = await client.send(receive);
      for (const message of Messages) handle(message);
    } catch (error) {
      complain(error);
      await wait(AFTER_ERROR_MS);
    }
  }
}

/** As the README of sqs-consumer has it, with an `sqs` that knows the broker. */
function consumePlainly(cell: Cell, place: CellPlace): Promise<void> {
  const handleMessage = worker(cell, place);
  const sqs = createProvisionClient(place.region, place.endpoint);
  const refused = (): void => {
    place.diary.add({ kind: 'refused', cell: nameOf(cell.setting) });
  };
  for (let instance = 0; instance < PLAIN_INSTANCES; instance += 1) {
    const app = Consumer.create({ queueUrl: cell.queues.queueUrl, handleMessage, sqs });
    app.on('error', refused);
    app.on('processing_error', refused);
    app.start();
  }
  return Promise.resolve();
}

/** The consumer of this repository with its default numbers; the transfer is written with the record of the job. */
async function consumeOurs(cell: Cell, { region, endpoint, diary }: CellPlace): Promise<void> {
  const name = nameOf(cell.setting);
  const environment = readEnvironment({
    AWS_REGION: region,
    AWS_ENDPOINT_URL_SQS: endpoint,
    QUEUE_URL: cell.queues.queueUrl,
    DLQ_URL: cell.queues.deadLetterQueueUrl,
    RESULTS: `sqlite:${cell.bank}`,
  });
  const work = workBy(TRANSFER, async (job, { signal }) => {
    diary.add({ kind: 'run', cell: name, jobId: job.id });
    try {
      await wait(cell.setting.workSeconds * 1_000, undefined, { signal });
      return { result: job.input, writes: transfer(job) };
    } finally {
      diary.add({ kind: 'ended', cell: name, jobId: job.id });
    }
  });
  const app = await createConsumer(environment, createLogger(), [work]);
  await app.init();
  await app.startAllMicroservices();
}

function complain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
