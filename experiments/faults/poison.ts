import { type Message } from '@aws-sdk/client-sqs';
import { DELIVERY } from '../../contract/delivery';
import { DEAD_LETTER_ATTRIBUTE } from '../../transport/index';
import { differences, randomWhole, type Experiment, type Settings } from './experiment';
import { toMessage } from '../rig/jobs';
import { makeJobs } from '../rig/count-jobs';
import { readCpuMs, readReceiveCounts } from './journal';
import { LOST_AFTER_SECONDS } from '../rig/place';
import { CountedRound } from './counted-round';
import { makePoison, type Poison } from './poison-kinds';
import { type Outgoing } from '../rig/queues';
import { median, type Findings, spread } from '../rig/cli/report';
import { type Row, Table } from '../rig/cli/terminal';

const POISON_SHARE = 0.01;

type Kind = 'clean' | 'poison';

interface Sent {
  readonly poison: readonly Poison[];
  /** By MessageId. */
  readonly poisonById: ReadonlyMap<string, Poison>;
  readonly jobIds: readonly string[];
}

async function sendMixed(round: CountedRound, jobs: number, kind: Kind): Promise<Sent> {
  const poison = kind === 'poison' ? makePoison(Math.round(jobs * POISON_SHARE)) : [];
  const good = makeJobs(jobs - poison.length);
  const messages: Outgoing[] = good.map(toMessage);
  for (const one of poison) messages.splice(randomWhole(0, messages.length), 0, one);
  const messageIds = await round.queues.send(messages);
  const places = new Map(messages.map((message, position) => [message, messageIds[position] ?? '']));
  const poisonById = new Map(poison.map((one) => [places.get(one) ?? '', one]));
  return { poison, poisonById, jobIds: good.map(({ id }) => id) };
}

/** The why of a dead letter; empty for one that carries none. */
function whyOf({ MessageAttributes }: Message): Readonly<Record<string, unknown>> {
  const why: unknown = JSON.parse(MessageAttributes?.[DEAD_LETTER_ATTRIBUTE]?.StringValue ?? '{}');
  return typeof why === 'object' && why !== null ? { ...why } : {};
}

const textOf = (attributes: Message['MessageAttributes'], name: string): string | undefined =>
  attributes?.[name]?.StringValue;

/** What is wrong with a dead letter; undefined for one that is as it must be. */
function faultOfDeadLetter(
  letter: Message,
  sent: Sent,
  receiveCounts: ReadonlyMap<string, number>,
): string | undefined {
  const { sourceMessageId, reason, attempts } = whyOf(letter);
  const source = String(sourceMessageId);
  const poison = sent.poisonById.get(source);
  if (!poison) return `${source} is a dead letter and no poison`;
  const { body, attributes } = poison;
  const names = ['type', 'version'];
  const expected = {
    ...{ reason: poison.reason, attempts: 0, receives: 1, body },
    attributes: names.map((name) => attributes[name]?.StringValue),
  };
  const found = {
    ...{ reason, attempts, receives: receiveCounts.get(source), body: letter.Body },
    attributes: names.map((name) => textOf(letter.MessageAttributes, name)),
  };
  if (JSON.stringify(found) === JSON.stringify(expected)) return undefined;
  return `${source} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;
}

interface Checked {
  /** Poison in the DLQ, each with all it must say. */
  readonly dead: number;
  /** Jobs done, with the right result. */
  readonly done: number;
  readonly faults: readonly string[];
}

async function check(round: CountedRound, sent: Sent): Promise<Checked> {
  const letters = await round.queues.deadLetters();
  const receiveCounts = readReceiveCounts(round.journal);
  const faults = letters
    .map((letter) => faultOfDeadLetter(letter, sent, receiveCounts))
    .filter((text) => text !== undefined);
  const dead = letters.length - faults.length;
  if (letters.length !== sent.poison.length) faults.push(`${letters.length} dead letters of ${sent.poison.length}`);
  const records = await round.records.getMany(sent.jobIds);
  const right = records.filter(({ state, input, result }) => state === 'done' && result === input);
  if (right.length !== sent.jobIds.length) faults.push(`${right.length} done of ${sent.jobIds.length}`);
  const left = await round.queues.depth();
  if (left !== 0) faults.push(`${left} left in the queue`);
  return { dead, done: right.length, faults };
}

async function measure(round: CountedRound, kind: Kind, settings: Settings): Promise<{ row: Row; faults: string[] }> {
  const { jobs } = settings;
  const sent = await sendMixed(round, jobs, kind);
  const consumer = round.start({ profileDir: kind === 'clean' ? settings.profileDir : undefined });
  const since = performance.now();
  const idle = async (): Promise<boolean> => (await round.queues.depth()) === 0;
  await round.until(idle, LOST_AFTER_SECONDS + DELIVERY.visibilityTimeoutSeconds);
  const seconds = (performance.now() - since) / 1_000;
  await consumer.listening();
  const ended = await consumer.end('SIGTERM');
  const { dead, done, faults } = await check(round, sent);
  const cpuMs = readCpuMs(round.journal);
  const row = {
    kind,
    done: `${done}/${sent.jobIds.length}`,
    'in DLQ': `${dead}/${sent.poison.length}`,
    'exit code': String(ended.code ?? ended.signal),
    'cpu ms': Math.round(cpuMs),
    'cpu us/job': Math.round((cpuMs / jobs) * 1_000),
    'wall s': seconds.toFixed(1),
  };
  return { row, faults: [...faults, ...differences(row, { 'exit code': '0' })] };
}

async function run(settings: Settings): Promise<Findings> {
  const { place, rounds } = settings;
  const table = new Table();
  const failures: string[] = [];
  const cpu: Record<Kind, number[]> = { clean: [], poison: [] };
  for (let pair = 1; pair <= rounds; pair += 1) {
    const kinds: readonly Kind[] = pair % 2 === 1 ? ['clean', 'poison'] : ['poison', 'clean'];
    for (const kind of kinds) {
      const round = await CountedRound.open(place);
      const { row, faults } = await measure(round, kind, settings);
      table.add({ pair, ...row });
      cpu[kind].push(Number(row['cpu us/job']));
      failures.push(...faults.map((fault) => `pair ${pair}, ${kind}: ${fault} (${round.folder})`));
      await round.close(faults.length > 0);
    }
  }
  const ratios = cpu.poison.map((value, pair) => value / (cpu.clean[pair] ?? NaN));
  const summary = {
    'poison in the DLQ': total(table, 'in DLQ'),
    'jobs done': total(table, 'done'),
    'clean, CPU us per job': spread(cpu.clean),
    'with poison, CPU us per job': spread(cpu.poison),
    'ratio of the medians': (median(cpu.poison) / median(cpu.clean)).toFixed(3),
    'ratio within a pair': spread(ratios, 3),
  };
  return { rows: table.rows, summary, failures };
}

/** The sum of a column of `found/expected`. */
function total(table: Table, name: string): string {
  const parts = table.rows.map((row) => String(row[name]).split('/').map(Number));
  return [0, 1].map((part) => parts.reduce((sum, numbers) => sum + (numbers[part] ?? NaN), 0)).join(' of ');
}

/** 1 % poison: all of it in the DLQ at its first delivery, all others done, at no more CPU than a clean run. */
export const poison: Experiment = { rounds: 3, jobs: 10_000, run };
