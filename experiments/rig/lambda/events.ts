import { type Message, type MessageAttributeValue } from '@aws-sdk/client-sqs';

/** A message as it looks in an event of SQS: names in lower camel case, binary values in base64. */
export function toRecord({ MessageId, ReceiptHandle, Body, Attributes, MessageAttributes = {} }: Message): unknown {
  const attributes = Object.entries(MessageAttributes).map(([name, value]) => [name, toAttribute(value)]);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: Object.fromEntries(attributes) as unknown,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    awsRegion: 'us-east-1',
  };
}

function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): unknown {
  return {
    dataType: DataType,
    stringListValues: [],
    binaryListValues: [],
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  };
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the request context: whom the API let in. */
  readonly authorizer?: object;
}

/** A request as an HTTP API hands it to a function, payload 2.0. */
export const toApiEvent = ({ method, path, body, headers, authorizer }: ApiRequest): unknown => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'api.example.com', 'content-type': 'application/json', ...headers },
  requestContext: {
    accountId: '123456789012',
    apiId: 'api',
    domainName: 'api.example.com',
    domainPrefix: 'api',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId: 'request',
    routeKey: '$default',
    stage: '$default',
    time: '23/Nov/2026:00:00:00 +0000',
    timeEpoch: 0,
    ...(authorizer && { authorizer }),
  },
  ...(body !== undefined && { body }),
  isBase64Encoded: false,
});
