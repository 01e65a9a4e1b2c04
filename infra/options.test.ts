import { readFileSync } from 'node:fs';
import { checkOptions } from './checks';
import { deriveNumbers, type Numbers } from './numbers';
import { type Context, OptionError } from './option-reader';
import { type Options, readOptions } from './options';

function choose(context: Context): Options & Numbers {
  const options = readOptions(context);
  const numbers = deriveNumbers(options, []);
  checkOptions(options, numbers, []);
  return { ...options, ...numbers };
}

const CERTIFICATE = 'arn:aws:acm:ap-northeast-2:111122223333:certificate/6b1f7d3e-0000-4000-8000-000000000000';
const KEY = 'arn:aws:kms:ap-northeast-2:111122223333:key/6b1f7d3e-0000-4000-8000-000000000000';
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:people';

const QUEUE = 'arn:aws:sqs:ap-northeast-2:111122223333:orders';
const DEAD_LETTERS = 'arn:aws:sqs:ap-northeast-2:111122223333:orders-dlq';
const FARGATE = { consumer: 'fargate', producer: 'fargate' };
const SUBNETS = 'subnet-0123456789abcdef0,subnet-0123456789abcdef1';

const LONG_DOMAIN = `${'a.'.repeat(150)}com`;
const SECRET = 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:plusone/keys-AbCd12';

function refuses(context: Context, sentence: RegExp): void {
  const refused = (): unknown => choose(context);
  expect(refused).toThrow(OptionError);
  expect(refused).toThrow(sentence);
}

describe('a choice that cannot be deployed', () => {
  it.each<[name: string, context: Context, option: RegExp]>([
    ['an unknown name', { consmer: 'lambda' }, /^consmer is no option; there are .*consumer/],
    ['an unknown value', { consumer: 'ec2' }, /^consumer is "ec2"; it takes lambda or fargate\.$/],
    ['an empty value', { stage: ' ' }, /^stage is " "; it takes one value/],
    ['a value that is a list', { stage: ['dev'] }, /^stage is \["dev"\]; it takes one value/],
    ['a flag that is none', { fifo: 'yes' }, /^fifo is "yes"; it takes false or true\.$/],
    ['no region of AWS', { region: 'ap-northeast-22' }, /^region is "ap-northeast-22"; it takes a region of AWS/],
    [
      'a topic of another region',
      { alarmTopic: TOPIC },
      /^alarmTopic is in the region us-east-1, but region is ap-northeast-2/,
    ],
    [
      'no ARN',
      { alarmTopic: 'people' },
      /^alarmTopic is "people"; it takes an ARN such as arn:aws:sns:ap-northeast-2:ACCOUNT:NAME\.$/,
    ],
    ['no address', { alarmEmail: 'people' }, /^alarmEmail is "people"; it takes an e-mail address\.$/],
    [
      'two ways to be told',
      { region: 'us-east-1', alarmTopic: TOPIC, alarmEmail: 'a@b.c' },
      /^alarmEmail is set beside alarmTopic/,
    ],
    [
      'a domain without certificate',
      { domain: 'a.example.com' },
      /^certificate is missing; domain=a\.example\.com needs/,
    ],
    ['a certificate without domain', { certificate: CERTIFICATE }, /^domain is missing/],
    [
      'a certificate of another region',
      { region: 'us-east-1', domain: 'a.example.com', certificate: CERTIFICATE },
      /^certificate is in the region ap-northeast-2/,
    ],
    ['no domain name', { domain: 'https://a.example.com', certificate: CERTIFICATE }, /^domain is "https:/],
    ['a batch over 10 without a window', { batchSize: '11' }, /^batchSize is 11; more than 10 needs a batchWindow/],
    ['a batch too large', { batchSize: '10001' }, /^batchSize is "10001"; it takes a whole number from 1 to 10000\.$/],
    ['a batch that is no number', { batchSize: '1e1x' }, /^batchSize is "1e1x"/],
    ['FIFO with a window', { fifo: 'true', batchWindow: '1' }, /^batchWindow is 1; a FIFO queue takes none\.$/],
    ['FIFO with a batch over 10', { fifo: true, batchSize: 11 }, /^batchSize is 11; a FIFO queue takes at most 10\.$/],
    ['a window too long', { batchWindow: '301' }, /^batchWindow is "301"/],
    [
      'visibility below the timeout',
      { visibilityTimeout: '89' },
      /^visibilityTimeout is 89; it takes at least .* 90 s\.$/,
    ],
    [
      'visibility below timeout and window',
      { visibilityTimeout: '99', batchWindow: '10' },
      /^visibilityTimeout is 99; .* 100 s\.$/,
    ],
    [
      'visibility below the heartbeats',
      { consumer: 'fargate', visibilityTimeout: '29' },
      /^visibilityTimeout is 29; heartbeats need/,
    ],
    [
      'visibility that leaves too few receives',
      { consumer: 'fargate', visibilityTimeout: '11270' },
      /^visibilityTimeout is 11270; it takes at most 11269 s, so that .* received 23 times .*\.$/,
    ],
    ['visibility over 12 hours', { visibilityTimeout: '43201' }, /^visibilityTimeout is "43201"/],
    [
      'a handler longer than Lambda',
      { handlerTimeout: '871' },
      /^handlerTimeout is 871; on Lambda it takes at most 870 s: use consumer=fargate\.$/,
    ],
    [
      'too little concurrency',
      { maxConcurrency: '1' },
      /^maxConcurrency is "1"; it takes a whole number from 2 to 1000\.$/,
    ],
    ['a batch for Fargate', { consumer: 'fargate', batchSize: '5' }, /^batchSize has no meaning with consumer=fargate/],
    ['tasks for Lambda', { minTasks: '1' }, /^minTasks has no meaning with consumer=lambda/],
    [
      'fewer tasks at most than at least',
      { consumer: 'fargate', minTasks: '3', maxTasks: '2' },
      /^minTasks is 3; it takes at most maxTasks, 2\.$/,
    ],
    ['a delay too long', { delay: '901' }, /^delay is "901"; it takes a whole number from 0 to 900\.$/],
    ['a key without its encryption', { encryptionKey: KEY }, /^encryptionKey is set; it needs encryption=kms/],
    ['JWT without issuer', { auth: 'jwt', jwtAudience: 'a' }, /^jwtIssuer is missing; auth=jwt needs it\.$/],
    [
      'JWT by http',
      { auth: 'jwt', jwtIssuer: 'http://a', jwtAudience: 'a' },
      /^jwtIssuer is "http:\/\/a"; it takes an https URL/,
    ],
    ['API keys without secret', { auth: 'api-keys' }, /^apiKeysSecret is missing/],
    ['a secret that nobody reads', { apiKeysSecret: 'a' }, /^apiKeysSecret has no meaning with auth=iam/],
    ['no auth at all', { auth: 'none' }, /^auth is "none"; it takes iam or jwt or api-keys\.$/],
    [
      'an extension of nothing',
      { extensions: { topic: {} } },
      /^extensions takes an object .* for queue, dlq, alarm\.$/,
    ],
    ['an extension that is no JSON', { extensions: '{queue' }, /^extensions takes an object/],
  ])('%s', (_name, context, sentence) => {
    refuses(context, sentence);
  });
});

describe('a value that AWS would take for something else, or not at all', () => {
  it.each<[name: string, context: Context, option: RegExp]>([
    ['a number with an exponent', { requestsPerSecond: '1e3' }, /^requestsPerSecond is "1e3"; it takes a whole/],
    ['a number of base 16', { handlerTimeout: '0x10' }, /^handlerTimeout is "0x10"; it takes a whole number/],
    ['a number with a point', { maxConcurrency: '10.0' }, /^maxConcurrency is "10\.0"; it takes a whole number/],
    ['a domain too long', { domain: LONG_DOMAIN, certificate: CERTIFICATE }, /^domain is "a.*; it takes a domain name/],
    [
      'a label too long',
      { domain: `${'a'.repeat(64)}.com`, certificate: CERTIFICATE },
      /^domain is "a.*; it takes a domain name/,
    ],
    [
      'a domain that begins with a dash',
      { domain: '-a.example.com', certificate: CERTIFICATE },
      /^domain is "-a\.example\.com"; it takes a domain name/,
    ],
    [
      'a label that ends in a dash',
      { domain: 'a.example-.com', certificate: CERTIFICATE },
      /^domain is "a\.example-\.com"; it takes a domain name/,
    ],
    ['a FIFO topic', { region: 'us-east-1', alarmTopic: `${TOPIC}.fifo` }, /^alarmTopic is ".*"; it takes a st/],
    [
      'a key of another partition',
      { encryption: 'kms', encryptionKey: KEY.replace('arn:aws:', 'arn:aws-cn:') },
      /^encryptionKey is "arn:aws-cn.*"; it takes an ARN such as arn:aws:kms:ap-northeast-2:ACCOUNT:key\/ID\.$/,
    ],
    [
      'a key of the partition that a region is not in',
      { region: 'cn-north-1', encryption: 'kms', encryptionKey: KEY.replace('ap-northeast-2', 'cn-north-1') },
      /^encryptionKey is ".*"; it takes an ARN such as arn:aws-cn:kms:cn-north-1:/,
    ],
    [
      'two audiences',
      { auth: 'jwt', jwtIssuer: 'https://a', jwtAudience: 'a,b' },
      /^jwtAudience is "a,b"; it takes one/,
    ],
  ])('%s', (_name, context, sentence) => {
    refuses(context, sentence);
  });

  it.each([
    ['one that ends a reference', 'x}}y', /^apiKeysSecret is "x}}y"; it takes a name of letters/],
    ['parts of a reference', 'a:b:c', /^apiKeysSecret is "a:b:c"; it takes a name of letters/],
    ['a name like half an ARN', 'plusone-secret', /^apiKeysSecret is "plusone-secret"; AWS takes a name/],
    ['half an ARN', SECRET.slice(0, -7), /^apiKeysSecret is "arn:.*"; it takes an ARN such as .*SUFFIX\.$/],
    ['one of another region', SECRET.replace('-2', '-1'), /^apiKeysSecret is in the region ap-northeast-1, but/],
  ])('a secret: %s', (_name, apiKeysSecret, sentence) => {
    refuses({ auth: 'api-keys', apiKeysSecret }, sentence);
  });
});

it('has each option in docs/deploy.md, and no other', () => {
  const table = readFileSync('docs/deploy.md', 'utf8').split('\n## Options\n')[1]?.split('\n## ')[0] ?? '';
  const told = [...table.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = '']) => cell.match(/\w+(?=`)/g) ?? []);
  const refused = (): unknown => readOptions({ nothing: 'x' });
  expect(refused).toThrow(`there are ${told.sort().join(', ')}.`);
});

describe('a choice that can', () => {
  it.each(['plusone/keys', 'keys-of-plusone', 'plusone-secrets', SECRET])('has its keys in %s', (apiKeysSecret) => {
    expect(choose({ auth: 'api-keys', apiKeysSecret }).auth).toEqual({ kind: 'api-keys', secret: apiKeysSecret });
  });

  it.each(['a.b', 'api.example.com', 'a--1.example-2.com', `${'a'.repeat(63)}.com`])('has the domain %s', (domain) => {
    expect(choose({ domain, certificate: CERTIFICATE }).domain?.name).toBe(domain);
  });

  it('is Lambda for both in ap-northeast-2, closed to whom IAM does not know, unless told otherwise', () => {
    expect(choose({})).toMatchObject({
      producer: 'lambda',
      consumer: 'lambda',
      stage: 'dev',
      region: 'ap-northeast-2',
      architecture: 'arm64',
      fifo: false,
      auth: { kind: 'iam' },
    });
  });

  it("leaves CDK's own keys alone", () => {
    expect(choose({ '@aws-cdk/core:x': true, 'aws:cdk:y': [], 'availability-zones:account=1': [] }).stage).toBe('dev');
  });

  it.each([
    [{}, 6 * 90],
    [{ batchWindow: '20', batchSize: '1000' }, 6 * 90 + 20],
    [{ handlerTimeout: '870', batchWindow: '300' }, 6 * 900 + 300],
    [{ visibilityTimeout: '90' }, 90],
    [{ consumer: 'fargate' }, 30],
    [{ consumer: 'fargate', handlerTimeout: '3600' }, 30],
    [{ consumer: 'fargate', visibilityTimeout: '120' }, 120],
  ])('%j has leases of %i s', (context, seconds) => {
    expect(choose(context).visibilityTimeoutSeconds).toBe(seconds);
  });

  it.each([
    [{}, 540],
    [{ consumer: 'fargate' }, 540],
    [{ consumer: 'fargate', handlerTimeout: '3600' }, 6 * 900],
    [{ consumer: 'fargate', visibilityTimeout: '120' }, 120],
  ])('%j has a queue with a visibility timeout of %i s', (context, seconds) => {
    expect(choose(context).queueVisibilitySeconds).toBe(seconds);
  });

  it.each([
    [{}, 480],
    [{ handlerTimeout: '870', batchWindow: '300' }, 45],
    [{ consumer: 'fargate' }, 1_000],
    [{ consumer: 'fargate', visibilityTimeout: '11269' }, 23],
  ])('%j is received %i times before SQS itself moves a message', (context, receives) => {
    expect(choose(context).maxReceiveCount).toBe(receives);
  });

  it('warns while there are days left to act', () => {
    expect(choose({})).toMatchObject({ queueAgeSeconds: 86_400, deadLetterAgeSeconds: 7 * 86_400 });
  });

  it.each([
    [{}, 10 * 50 * 10],
    [{ consumer: 'fargate', maxTasks: 3, concurrency: 20 }, 10 * 3 * 20],
  ])('%j alarms at a backlog of %i', (context, messages) => {
    expect(choose(context).backlogMessages).toBe(messages);
  });

  it.each([
    ['dev', false, { min: 1, max: 10 }],
    ['prod', true, { min: 2, max: 10 }],
    ['a', true, { min: 2, max: 10 }],
    ['pr-42-fix-2', true, { min: 2, max: 10 }],
  ])('in the stage %s keeps data, %j, unless told otherwise', (stage, keepData, producerTasks) => {
    expect(choose({ ...FARGATE, stage })).toMatchObject({ stage, keepData, producerTasks });
    expect(choose({ stage, keepData: !keepData }).keepData).toBe(!keepData);
  });

  it.each([
    [{}, { producer: 1_024, consumer: 512 }],
    [FARGATE, { producer: 512, consumer: 512 }],
    [
      { ...FARGATE, producerCpu: 1_024, consumerCpu: '4096', consumerMemory: '9216' },
      { producer: 2_048, consumer: 9_216 },
    ],
    [{ consumerMemory: '1769' }, { producer: 1_024, consumer: 1_769 }],
  ])('%j has memory of %j MB', (context, { producer, consumer }) => {
    expect(choose(context).sizes).toMatchObject({ producer: { memoryMb: producer }, consumer: { memoryMb: consumer } });
  });

  it('takes a list with commas or from cdk.json', () => {
    const subnetIds = SUBNETS.split(',');
    for (const subnets of [SUBNETS, SUBNETS.replace(',', ' , '), subnetIds])
      expect(choose({ ...FARGATE, vpc: 'vpc-01234567', subnets }).network).toMatchObject({ subnetIds });
  });

  it('is FIFO where the queue that exists is', () => {
    const existing = { queue: `${QUEUE}.fifo`, deadLetterQueue: `${DEAD_LETTERS}.fifo` };
    expect(choose(existing)).toMatchObject({ fifo: true, existingQueues: { queueArn: existing.queue } });
  });

  it('takes extensions from cdk.json and from the command line', () => {
    const extensions = { queue: { MaximumMessageSize: 2048 } };
    expect(choose({ extensions }).extensions).toEqual(extensions);
    expect(choose({ extensions: JSON.stringify(extensions) }).extensions).toEqual(extensions);
  });
});
