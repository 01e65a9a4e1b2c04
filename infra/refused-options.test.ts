import { checkOptions } from './checks';
import { deriveNumbers } from './numbers';
import { type Context, OptionError } from './option-reader';
import { readOptions } from './options';

const QUEUE = 'arn:aws:sqs:ap-northeast-2:111122223333:orders';
const DEAD_LETTERS = 'arn:aws:sqs:ap-northeast-2:111122223333:orders-dlq';
const QUEUES = { queue: QUEUE, deadLetterQueue: DEAD_LETTERS };
const FARGATE = { consumer: 'fargate', producer: 'fargate' };
const SUBNETS = 'subnet-0123456789abcdef0,subnet-0123456789abcdef1';
const VPC = { ...FARGATE, vpc: 'vpc-01234567', subnets: SUBNETS };

type Row = readonly [name: string, context: Context, sentence: RegExp];

function refuses(rows: readonly Row[]): void {
  it.each(rows)('%s', (_name, context, sentence) => {
    const refused = (): void => {
      const options = readOptions(context);
      checkOptions(options, deriveNumbers(options, []), []);
    };
    expect(refused).toThrow(OptionError);
    expect(refused).toThrow(sentence);
  });
}

describe('a choice for the environment that cannot be deployed', () => {
  refuses([
    ['a stage with capitals', { stage: 'Prod' }, /^stage is "Prod"; it takes up to 40 lowercase letters/],
    ['a stage with two dashes', { stage: 'a--b' }, /^stage is "a--b"; it takes/],
    ['a stage that ends in a dash', { stage: 'a-' }, /^stage is "a-"; it takes/],
    ['a stage that begins with a digit', { stage: 1 }, /^stage is "1"; it takes/],
    ['a stage of a token', { stage: '${AWS::Region}' }, /^stage is "\$\{AWS::Region\}"; it takes/],
    ['a stage too long', { stage: 'a'.repeat(41) }, /^stage has 41 characters; it takes up to 40/],
    ['data kept perhaps', { keepData: 'maybe' }, /^keepData is "maybe"; it takes .*true/],
    ['tags that are no object', { tags: 'team=jobs' }, /^tags takes an object/],
    ['a tag that is no text', { tags: { team: 1 } }, /^tags takes an object/],
    ["AWS's own tag", { tags: { 'aws:team': 'jobs' } }, /^tags takes an object/],
    ['a tag without a key', { tags: { '': 'jobs' } }, /^tags takes an object/],
    ['a tag with a line break', { tags: { team: 'a\nb' } }, /^tags takes an object/],
    ['a tag that ends in a line break', { tags: { team: 'a\n' } }, /^tags takes an object/],
    ['a tag too long', { tags: { team: 'a'.repeat(257) } }, /^tags takes an object/],
    ['a tag that is ours', { tags: '{"stage":"x"}' }, /^tags names stage, which every resource has already/],
    ['too many tags', { tags: Object.fromEntries([...Array(41).keys()].map((n) => [`t${n}`, 'x'])) }, /^tags takes/],
  ]);
});

describe('a database that cannot be reached', () => {
  const databaseSecret = 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:plusone/database-a1B2c3';
  const place = { vpc: 'vpc-01234567', subnets: SUBNETS, securityGroup: 'sg-01234567' };
  const database = { databaseSecret, ...place };
  refuses([
    [
      'a secret by its name',
      { ...database, databaseSecret: 'plusone/database' },
      /^databaseSecret is "plusone\/dat.*an ARN/,
    ],
    [
      'a secret elsewhere',
      { ...database, region: 'eu-west-1' },
      /^databaseSecret is in the region ap-northeast-2, but/,
    ],
    [
      'a table beside it',
      { ...database, table: 'arn:aws:dynamodb:ap-northeast-2:111122223333:table/t' },
      /^table has no/,
    ],
    ['no network', { databaseSecret }, /^vpc is missing; databaseSecret takes the vpc, subnets and securityGroup that/],
    ['no group', { ...database, securityGroup: undefined }, /^securityGroup is missing; databaseSecret takes the vpc/],
    ['a group by its name', { ...database, securityGroup: 'app' }, /^securityGroup is "app"; it takes the id of a sec/],
    ['a group without a database', { ...FARGATE, ...place }, /^securityGroup has no meaning with a results table/],
    ['a cluster without Fargate', { ...database, cluster: 'x' }, /^cluster has no meaning with both apps on Lambda/],
  ]);
});

const OTLP = { ...FARGATE, telemetry: 'otlp', natGateways: 1, otlpEndpoint: 'https://otlp.example.com' };

describe('a choice for telemetry that cannot be deployed', () => {
  refuses([
    ['a way that there is none of', { telemetry: 'statsd' }, /^telemetry is "statsd"; it takes emf or otlp\.$/],
    [
      'an endpoint for nobody',
      { otlpEndpoint: 'https://otlp.example.com' },
      /^otlpEndpoint has no meaning with telemetry=emf/,
    ],
    ['a collector beside functions', { telemetry: 'otlp' }, /^telemetry is "otlp"; it takes an app on Fargate/],
    ['a collector without an endpoint', { ...OTLP, otlpEndpoint: undefined }, /^otlpEndpoint is missing/],
    [
      'an endpoint in the clear',
      { ...OTLP, otlpEndpoint: 'http://otlp.example.com' },
      /^otlpEndpoint is .* an https URL/,
    ],
    ['an endpoint with a query', { ...OTLP, otlpEndpoint: 'https://otlp.example.com?key=x' }, /^otlpEndpoint is/],
    ['half an ARN of a secret', { ...OTLP, otlpSecret: 'otlp-AbCd12' }, /^otlpSecret is "otlp-AbCd12"; .* whole ARN/],
    ['a collector without a way out', { ...OTLP, natGateways: 0 }, /^telemetry is "otlp"; the collector needs a way/],
  ]);
});

describe('a choice for the apps that cannot be deployed', () => {
  refuses([
    ['memory that Lambda lacks', { consumerMemory: '127' }, /^consumerMemory is "127"; it takes .* 128 to 10240\.$/],
    ['a processor for Lambda', { producerCpu: '256' }, /^producerCpu has no meaning with producer=lambda/],
    ['no size of Fargate', { ...FARGATE, producerCpu: '300' }, /^producerCpu is "300"; it takes 256 or 512/],
    [
      'memory that does not go with the processor',
      { ...FARGATE, consumerMemory: '1536' },
      /^consumerMemory is 1536; with consumerCpu=256 it takes one of 512, 1024, 2048\.$/,
    ],
    [
      'too little memory for the processor',
      { ...FARGATE, consumerCpu: '16384', consumerMemory: '30720' },
      /^consumerMemory is 30720; with consumerCpu=16384 it takes one of 32768, 40960, .*122880\.$/,
    ],
    ['nothing reserved', { producerReserved: '0' }, /^producerReserved is "0"; it takes a whole number from 1/],
    ['too little reserved', { consumerReserved: 49 }, /^consumerReserved is 49; .* at least maxConcurrency, 50\.$/],
    ['functions for tasks', { ...FARGATE, consumerReserved: 50 }, /^consumerReserved has no meaning with consumer=f/],
    [
      'fewer producers at most than at least',
      { ...FARGATE, stage: 'prod', producerMaxTasks: 1 },
      /^producerMinTasks is 2; it takes at most producerMaxTasks, 1\.$/,
    ],
    ['tasks for functions', { producerMinTasks: 1 }, /^producerMinTasks has no meaning with producer=lambda/],
  ]);
});

describe('a choice for the network that cannot be deployed', () => {
  const zones = (names: unknown): Context => ({ ...FARGATE, zones: names });
  refuses([
    ['a network for functions', { natGateways: 1 }, /^natGateways has no meaning with both apps on Lambda/],
    ['more ways out than zones', { ...FARGATE, natGateways: 3 }, /^natGateways is "3"; it takes .* from 0 to 2\.$/],
    ['a zone of another region', zones('us-east-1a,us-east-1b'), /^zones is ".*"; it takes zones of the region/],
    ['a zone by its id', zones(['apne2-az1', 'apne2-az2']), /^zones is \[.*; it takes zones of the region/],
    ['a zone twice', zones('ap-northeast-2a,ap-northeast-2a'), /^zones is .*, each once/],
    ['one zone', zones('ap-northeast-2a'), /^zones names 1; it takes 2 to 6\.$/],
    ['no zones', zones([]), /^zones is \[\]; it takes/],
    ['zones that are no list', zones({ a: 1 }), /^zones is \{"a":1\}; it takes/],
    ['no VPC', { ...VPC, vpc: 'default' }, /^vpc is "default"; it takes the id of a VPC/],
    ['a VPC without subnets', { ...FARGATE, vpc: 'vpc-01234567' }, /^subnets has to name 2 or more/],
    ['one subnet', { ...VPC, subnets: 'subnet-01234567' }, /^subnets has to name 2 or more/],
    ['subnets without a VPC', { ...FARGATE, subnets: SUBNETS }, /^vpc is missing; with subnets it takes the id/],
    ['no subnet', { ...VPC, subnets: 'a,b' }, /^subnets is "a,b"; it takes ids of subnets/],
    ['a way out of a VPC that exists', { ...VPC, natGateways: 1 }, /^natGateways has no meaning with vpc/],
    [
      'a cluster by its name',
      { ...FARGATE, cluster: 'jobs' },
      /^cluster is "jobs"; it takes an ARN such as arn:aws:ecs/,
    ],
  ]);
});

describe('a choice for queue and results that cannot be deployed', () => {
  refuses([
    ['a queue by its URL', { queue: 'https://sqs.example/1/orders' }, /^queue is "https.*"; it takes an ARN such as/],
    ['a queue without its dead letters', { queue: QUEUE }, /^deadLetterQueue is missing; with queue it takes the ARN/],
    [
      'dead letters without a queue',
      { deadLetterQueue: DEAD_LETTERS },
      /^queue is missing; with deadLetterQueue it takes the ARN/,
    ],
    ['a queue for its own dead letters', { ...QUEUES, deadLetterQueue: QUEUE }, /^deadLetterQueue is the queue itself/],
    ['queues of two kinds', { ...QUEUES, queue: `${QUEUE}.fifo` }, /^deadLetterQueue is not of the kind of queue/],
    [
      'a kind that the queue is not of',
      { ...QUEUES, fifo: true },
      /^fifo is true; the name of queue says otherwise: leave fifo out\.$/,
    ],
    ['a delay of theirs', { ...QUEUES, delay: 1 }, /^delay has no meaning with queue/],
    ['an encryption of theirs', { ...QUEUES, encryption: 'sqs' }, /^encryption has no meaning with queue/],
    ['a key to make for queues of theirs', { ...QUEUES, encryption: 'kms' }, /^encryptionKey is missing; with queue/],
    [
      'properties for queues of theirs',
      { ...QUEUES, extensions: { dlq: {} } },
      /^extensions has properties for queue or dlq, but queue is yours/,
    ],
    [
      'a queue of another region',
      { ...QUEUES, region: 'us-east-1' },
      /^queue is in the region ap-northeast-2, but region is us-east-1/,
    ],
    ['a table by its name', { table: 'results' }, /^table is "results"; it takes an ARN such as arn:aws:dynamodb/],
  ]);
});

describe('a choice for callers that cannot be deployed', () => {
  refuses([
    [
      'an origin with a path',
      { corsOrigins: 'https://a.example.com/' },
      /^corsOrigins is .*; it takes origins such as/,
    ],
    ['an origin without TLS', { corsOrigins: 'http://a.example.com' }, /^corsOrigins is .*; it takes origins such as/],
    ['no origin', { corsOrigins: ' ' }, /^corsOrigins is " "; it takes/],
    ['all origins and one', { corsOrigins: '*,https://a.example.com' }, /^corsOrigins has \* beside other origins/],
  ]);
});
