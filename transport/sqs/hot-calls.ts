import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { type CallShape, type Shape } from '../aws/shape';

const members = (names: string, others: Readonly<Record<string, Shape>> = {}): Shape => ({
  members: new Map(names.split(' ').map((name) => [name, others[name] ?? 'text'])),
});

const ATTRIBUTE = members('DataType StringValue BinaryValue StringListValues BinaryListValues', {
  BinaryValue: 'blob',
  BinaryListValues: { list: 'blob' },
});
const ATTRIBUTES: Shape = { map: ATTRIBUTE };

const FAILED: Shape = { list: members('Id SenderFault Code Message') };

const batch = (entry: Shape, successful: Shape): CallShape => ({
  takes: members('QueueUrl Entries', { Entries: { list: entry } }),
  answers: members('Successful Failed', { Successful: { list: successful }, Failed: FAILED }),
});

const RECEIVE: CallShape = {
  takes: members(
    'QueueUrl AttributeNames MessageSystemAttributeNames MessageAttributeNames MaxNumberOfMessages VisibilityTimeout' +
      ' WaitTimeSeconds ReceiveRequestAttemptId',
  ),
  answers: members('Messages', {
    Messages: {
      list: members('MessageId ReceiptHandle MD5OfBody Body Attributes MD5OfMessageAttributes MessageAttributes', {
        MessageAttributes: ATTRIBUTES,
      }),
    },
  }),
};

const SEND = batch(
  members(
    'Id MessageBody DelaySeconds MessageAttributes MessageSystemAttributes MessageDeduplicationId MessageGroupId',
    { MessageAttributes: ATTRIBUTES, MessageSystemAttributes: ATTRIBUTES },
  ),
  members('Id MessageId MD5OfMessageBody MD5OfMessageAttributes MD5OfMessageSystemAttributes SequenceNumber'),
);

/**
 * The calls of a busy queue, by the class of their command, with their members in the order in which the SDK writes
 * them.
 */
export const HOT_CALLS: ReadonlyMap<unknown, CallShape> = new Map<unknown, CallShape>([
  [ReceiveMessageCommand, RECEIVE],
  [SendMessageBatchCommand, SEND],
  [DeleteMessageBatchCommand, batch(members('Id ReceiptHandle'), members('Id'))],
  [ChangeMessageVisibilityBatchCommand, batch(members('Id ReceiptHandle VisibilityTimeout'), members('Id'))],
]);
