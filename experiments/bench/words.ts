import { type Findings } from './findings';
import { type Workload } from './workload';

export const INTRODUCTION: readonly string[] = [
  'A consumer takes messages from an Amazon SQS queue, does its work and deletes them; a producer puts them there. Libraries differ in how many calls, how much CPU and how much waiting that takes. Here the same messages went through each of them, one process each, in turns over several rounds.',
  'There are two ceilings, hand-written code that does nothing else: loops that receive ten, and delete ten, on the AWS SDK, and the same loops on the lean path that Plusone takes. Bars show medians of the rounds, the thin line the least and the most. Ratios are made within a round, since the machine has better and worse minutes.',
];

const MEANING: Readonly<Record<string, string>> = {
  'no-op': 'A handler that does nothing, so that all that is measured is the way to it and back.',
  exponential: 'Each message waits for 20 ms on average, as for a database: how well a consumer works on many at once.',
  'one-slow':
    'Who waits for a whole batch waits for its slowest message. "of limit" is beside what that many handlers at once allow if nothing else took time.',
  large: 'SQS counts each 64 KiB as a request; a consumer has to read, check and parse them.',
  network: 'Every call of the broker takes 15 ms longer, as from a place farther away.',
  backlog: 'Memory has to stay flat: the last quarter of the time beside the second.',
  recording:
    'The same consumer with nothing to do, and each result recorded in SQLite, in PostgreSQL where --postgres names a database, or not at all.',
  paced:
    'Nothing piles up here, so this is how long a message takes when there is room: from its send to the start and to the end of its handler.',
  idle: 'What waiting costs: SQS bills every poll.',
  'produce-50':
    'From 50 connections at once. The others send a message for each request, Plusone lets requests that come together share a call; all answer only when SQS has the message.',
  'produce-1': 'One request after the other: sharing calls must cost a lone request nothing.',
  start: 'From the start of the process to its first receive; of bare Node to its first line.',
};

export const meaningOf = ({ name }: Workload): string => MEANING[name] ?? '';

const BROKERS: Readonly<Record<string, string>> = {
  embedded:
    'the embedded broker (fauxqs, in memory, a process of its own); it has one thread, which may be what saturates',
  'stand-in':
    'a stand-in that answers SQS calls from memory in a process of its own, so that the peers are what is loaded',
};

/** How the numbers came about. */
export const measured = ({ broker, node, cpus, startedAt, seconds, command }: Findings): string[] => [
  `Broker: ${BROKERS[broker] ?? broker}. "broker us" is its CPU per message over the same time.`,
  `Node ${node} on ${cpus}, ${startedAt.slice(0, 10)}, in ${seconds} s, by: ${command}`,
  'Each run is a new process, warmed up on messages without work, then measured to the last message. Up to 100 messages are in flight where the library lets that be said (40 where it says so): sqs-consumer runs as many instances as that takes at ten each; @ssut/nestjs-sqs as its README shows it takes one at a time; Plusone runs that many handlers, and holds up to twice as many messages beside them, on their way in or being deleted. A message counts when its handler has ended; a run in which one was handled twice or not at all, stayed in the queue or became a dead letter is invalid. CPU is user and system time of the process, calls are counted where Node sends them. "Plusone" records each result in SQLite, as it ships; the peers record nothing, and nor does "Plusone, nothing recorded".',
];
