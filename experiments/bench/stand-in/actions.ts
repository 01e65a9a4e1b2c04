import { v7 as uuid } from 'uuid';
import { envelope } from '../../rig/jobs';
import { MEASURE } from '../workload';
import { bodyOf, paddedBody, StandInQueue } from './queue';

/** The fields of the calls it knows. */
export interface Call {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly Attributes?: Record<string, string>;
  readonly Entries?: readonly Entry[];
  readonly MaxNumberOfMessages?: number;
  readonly WaitTimeSeconds?: number;
  readonly VisibilityTimeout?: number;
  readonly ReceiptHandle?: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: unknown;
  readonly MessageAttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly AttributeNames?: readonly string[];
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
  readonly MessageBody?: string;
  readonly MessageAttributes?: unknown;
}

/** What a backlog is made of: jobs of the bench, warm-up ones with negative inputs before. */
export interface Backlog {
  /** The first input. */
  readonly first: number;
  /** The input after the last. */
  readonly end: number;
  readonly bodyBytes: number;
}

/** What SQS answers with a 400. */
export class Refusal extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

const JOB_ATTRIBUTES = JSON.stringify(envelope(MEASURE.type));

const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** Every queue of the stand-in, and what each call does to them; answers are JSON texts. */
export class Actions {
  private readonly queues = new Map<string, StandInQueue>();

  constructor(private readonly endpoint: () => string) {}

  lapse(): void {
    for (const queue of this.queues.values()) queue.lapse();
  }

  queue(urlOrName: string): StandInQueue {
    const queue = this.queues.get(nameOf(urlOrName));
    if (!queue) throw new Refusal('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  load(queue: StandInQueue, { first, end, bodyBytes }: Backlog): void {
    for (let input = first; input < end; input += 1) {
      queue.add(paddedBody(JSON.stringify({ id: uuid(), input }), bodyBytes), JOB_ATTRIBUTES);
    }
  }

  /** Everything but ReceiveMessage, which may wait. */
  answer(action: string, call: Call): string {
    switch (action) {
      case 'CreateQueue':
        return this.create(call);
      case 'GetQueueUrl':
        this.queue(call.QueueName ?? '');
        return this.urlOf(call.QueueName ?? '');
      case 'ListQueues':
        return '{"QueueUrls":[]}';
      case 'DeleteQueue':
        this.queues.delete(nameOf(call.QueueUrl ?? ''));
        return '{}';
      default:
        return this.answerOf(this.queue(call.QueueUrl ?? ''), action, call);
    }
  }

  private answerOf(queue: StandInQueue, action: string, call: Call): string {
    switch (action) {
      case 'GetQueueAttributes':
        return this.attributes(queue, nameOf(call.QueueUrl ?? ''));
      case 'SetQueueAttributes':
        Object.assign(queue.attributes, call.Attributes);
        return '{}';
      case 'DeleteMessage':
        queue.delete(call.ReceiptHandle ?? '');
        return '{}';
      case 'ChangeMessageVisibility':
        if (!queue.change(call.ReceiptHandle ?? '', (call.VisibilityTimeout ?? 0) * 1_000))
          throw new Refusal('MessageNotInflight', 'The message is not in flight.');
        return '{}';
      case 'SendMessage':
        return send(queue, call);
      default:
        return this.answerBatch(queue, action, call.Entries ?? []);
    }
  }

  private answerBatch(queue: StandInQueue, action: string, entries: readonly Entry[]): string {
    switch (action) {
      case 'DeleteMessageBatch':
        for (const { ReceiptHandle } of entries) queue.delete(ReceiptHandle ?? '');
        return `{"Successful":[${entries.map(({ Id }) => `{"Id":"${Id}"}`).join(',')}]}`;
      case 'ChangeMessageVisibilityBatch': {
        const changed = entries.filter(({ ReceiptHandle = '', VisibilityTimeout = 0 }) =>
          queue.change(ReceiptHandle, VisibilityTimeout * 1_000),
        );
        const failed = entries.filter((entry) => !changed.includes(entry));
        return JSON.stringify({
          Successful: changed.map(({ Id }) => ({ Id })),
          Failed: failed.map(({ Id }) => ({ Id, Code: 'MessageNotInflight', SenderFault: true })),
        });
      }
      case 'SendMessageBatch':
        return `{"Successful":[${entries.map((entry) => `{"Id":"${entry.Id}",${send(queue, entry).slice(1)}`).join(',')}]}`;
      default:
        throw new Refusal('InvalidAction', `The stand-in does not know ${action}.`);
    }
  }

  private create({ QueueName = '', Attributes = {} }: Call): string {
    if (!this.queues.has(QueueName)) this.queues.set(QueueName, new StandInQueue({ ...Attributes }));
    return this.urlOf(QueueName);
  }

  private urlOf(name: string): string {
    return JSON.stringify({ QueueUrl: `${this.endpoint()}/000000000000/${name}` });
  }

  private attributes(queue: StandInQueue, name: string): string {
    return JSON.stringify({
      Attributes: {
        ...queue.attributes,
        QueueArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
        ApproximateNumberOfMessages: String(queue.visible),
        ApproximateNumberOfMessagesNotVisible: String(queue.hidden),
        ApproximateNumberOfMessagesDelayed: '0',
      },
    });
  }
}

function send(
  queue: StandInQueue,
  { MessageBody = '', MessageAttributes }: Pick<Entry, 'MessageBody' | 'MessageAttributes'>,
): string {
  const body = bodyOf(MessageBody);
  const id = queue.add(body, MessageAttributes === undefined ? '' : JSON.stringify(MessageAttributes));
  return `{"MessageId":"${id}","MD5OfMessageBody":"${body.md5}"}`;
}
