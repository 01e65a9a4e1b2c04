import { checkOptions } from './checks';
import { deriveNumbers, type Numbers } from './numbers';
import { OptionError } from './option-reader';
import { readOptions } from './options';

function choose(queue: object, dlq: object = {}, rest: object = {}): Numbers {
  const options = readOptions({ extensions: { queue, dlq }, ...rest });
  const numbers = deriveNumbers(options, []);
  checkOptions(options, numbers, []);
  return numbers;
}

const KEY = 'alias/aws/sqs';
const FOURTEEN_DAYS = 1_209_600;

describe('an extension that contradicts what is derived is refused', () => {
  it.each<[queue: object, dlq: object, sentence: RegExp]>([
    [{ VisibilityTimeout: 5 }, {}, /^extensions\.queue\.VisibilityTimeout is set; use the option visibilityTimeout/],
    [{ KmsMasterKeyId: KEY }, {}, /^extensions\.queue\.KmsMasterKeyId is set; use the option encryption/],
    [{}, { KmsMasterKeyId: KEY }, /^extensions\.dlq\.KmsMasterKeyId is set; use the option encryption/],
    [{ SqsManagedSseEnabled: false }, {}, /^extensions\.queue\.SqsManagedSseEnabled is set; use the option encryption/],
    [{ FifoQueue: true }, {}, /^extensions\.queue\.FifoQueue is set; use the option fifo/],
    [{}, { RedriveAllowPolicy: {} }, /^extensions\.dlq\.RedriveAllowPolicy is set; leave it out/],
    [{ 'RedrivePolicy.maxReceiveCount': 1 }, {}, /^extensions\.queue\.RedrivePolicy\.maxReceiveCount is a path/],
    [{ RedrivePolicy: { maxReceiveCount: 1 } }, {}, /maxReceiveCount is 1; it takes 23 to 480: /],
    [{ RedrivePolicy: { maxReceiveCount: 22 } }, {}, /maxReceiveCount is 22; it takes 23 to 480: /],
    [{ RedrivePolicy: { maxReceiveCount: 481 } }, {}, /maxReceiveCount is 481; it takes 23 to 480: /],
    [{ RedrivePolicy: { maxReceiveCount: '30' } }, {}, /^extensions\.queue\.RedrivePolicy takes/],
    [{ RedrivePolicy: 'none' }, {}, /^extensions\.queue\.RedrivePolicy takes/],
    [
      { RedrivePolicy: { deadLetterTargetArn: 'arn:x', maxReceiveCount: 30 } },
      {},
      /^extensions\.queue\.RedrivePolicy takes/,
    ],
    [{ QueueName: 'a b' }, {}, /^extensions\.queue\.QueueName is "a b"; it takes up to 80 letters/],
    [{ QueueName: 'jobs' }, { QueueName: 'jobs' }, /^extensions\.dlq\.QueueName is "jobs", the name of the queue/],
    [{ MessageRetentionPeriod: '4 days' }, {}, /^extensions\.queue\.MessageRetentionPeriod is "4 days"; it takes/],
    [
      { MessageRetentionPeriod: 7 * 86_400 },
      {},
      /MessageRetentionPeriod 604800 s in the queue and 1209600 s .* below the 1641600 s of a record\.$/,
    ],
    [
      { MessageRetentionPeriod: FOURTEEN_DAYS },
      {},
      /1209600 s in the dead-letter queue; it takes more than the queue's/,
    ],
    [{}, { MessageRetentionPeriod: 60 }, /60 s in the dead-letter queue; it takes more than the queue's 345600 s/],
    [{ MessageRetentionPeriod: 60 }, {}, /^visibilityTimeout is 540; it takes at most 1 s, so that/],
  ])('%j, %j', (queue, dlq, sentence) => {
    const refused = (): unknown => choose(queue, dlq);
    expect(refused).toThrow(OptionError);
    expect(refused).toThrow(sentence);
  });

  it('a name that a FIFO queue may not have', () => {
    expect(() => choose({ QueueName: 'jobs' }, {}, { fifo: 'true' })).toThrow(/and \.fifo at the end\.$/);
    expect(choose({ QueueName: 'jobs.fifo' }, {}, { fifo: 'true' }).maxReceiveCount).toBe(480);
  });
});

describe('what follows from an extension', () => {
  it('of the retention: the receives that fit in, and when alarms go off', () => {
    const week = choose({ MessageRetentionPeriod: 7 * 86_400 }, { MessageRetentionPeriod: 10 * 86_400 });
    expect(week).toMatchObject({ maxReceiveCount: 840, queueAgeSeconds: 1.75 * 86_400 });
    expect(week).toMatchObject({ deadLetterAgeSeconds: 5 * 86_400 });
  });

  it('of the receives: they are what SQS is given', () => {
    expect(choose({ RedrivePolicy: { maxReceiveCount: 23 } }).maxReceiveCount).toBe(23);
  });
});
